package io.hunyuan4j.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What a terminal is shown of texts that a model or a stranger wrote; others get them as they are.
 */
class TerminalTextTest {
  private static final String CLEAR = "\u001b[2J";
  private static final String SHOWN = "\uFFFD[2J";

  @Test
  void printable_isWithoutControlCharacters_butLinesAndTabs() {
    assertEquals(
        "a\n\tb\uFFFD\uFFFD\uFFFD\uFFFDß😀",
        TerminalText.printable("a\n\tb\r\u001b\u007f\u009bß😀"));
  }

  @Test
  void generate() {
    String[] arguments = {"generate", "--choice", "a" + CLEAR + "b", "Once"};
    assertEquals("a" + CLEAR + "b\n", Cli.run(arguments).out());
    assertEquals("a" + SHOWN + "b\n", Cli.watched("", arguments).out());
  }

  @Test
  void template() {
    String messages = "[{\"role\": \"user\", \"content\": \"a\\u001b[2Jb\"}]";
    String[] arguments = {"template", Cli.model("tiny-tales").toString(), "--messages", "-"};
    String exact = Cli.runWith(messages, arguments).out();
    assertTrue(exact.contains("a" + CLEAR + "b"), exact);
    assertEquals(exact.replace(CLEAR, SHOWN) + "\n", Cli.watched(messages, arguments).out());
  }

  @Test
  void tokenize_decode() {
    String text = "a" + CLEAR + "\u009bb";
    String ids = Cli.run("tokenize", text).out().strip();
    String[] arguments = {"tokenize", "--decode", ids};
    assertEquals(text + "\n", Cli.run(arguments).out());
    assertEquals("a" + SHOWN + "\uFFFDb\n", Cli.watched("", arguments).out());
    String[] lines = {"tokenize", "--decode", "--jsonl"};
    assertEquals("\"a\\u001B[2J\u009bb\"\n", Cli.runWith(ids + "\n", lines).out());
    assertEquals("\"a\\u001B[2J\uFFFDb\"\n", Cli.watched(ids + "\n", lines).out());
  }

  @Test
  void whereAnErrorComesFrom(@TempDir Path folder) throws IOException {
    Files.writeString(folder.resolve("chat_template.jinja"), "{{ raise_exception(messages[0]) }}");
    String[] arguments = {"template", "--verbose", folder.toString(), "--messages", "-"};
    String messages = "[\"no\\u001b[2J\"]";
    assertTrue(Cli.runWith(messages, arguments).err().contains("no" + CLEAR), "not watched");
    String shown = Cli.watched(messages, arguments).err();
    assertTrue(shown.contains("no" + SHOWN) && shown.contains("\tat io.hunyuan4j.cli."), shown);
    assertFalse(shown.contains(CLEAR), shown);
  }
}
