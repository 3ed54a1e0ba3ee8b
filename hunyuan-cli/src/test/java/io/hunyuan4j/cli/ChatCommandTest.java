package io.hunyuan4j.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.hunyuan4j.engine.ChatRequest;
import io.hunyuan4j.engine.Engine;
import io.hunyuan4j.engine.Thinking;
import io.hunyuan4j.text.chat.ChatMessage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Chats without a terminal: messages in, answers out, all else on standard error. */
class ChatCommandTest {
  @TempDir Path folder;

  private static ChatRequest request(Engine engine, ChatMessage... messages) {
    return engine.chatRequest(messages).withOptions(options -> options.withMaxTokens(30));
  }

  private static Cli chat(String input, String... options) {
    String[] arguments = new String[options.length + 3];
    System.arraycopy(new String[] {"chat", "--max-tokens", "30"}, 0, arguments, 0, 3);
    System.arraycopy(options, 0, arguments, 3, options.length);
    return Cli.runWith(input, arguments);
  }

  @Test
  void piped_eachLineIsAMessage_andOnlyAnswersAreOnStandardOutput() throws IOException {
    Cli result = chat("Tell me about a king.\n\nAnd his daughter?\n", "--system", "Be brief.");
    try (Engine engine = Engine.open(Cli.model("tiny-tales"))) {
      ChatRequest first =
          request(
              engine,
              new ChatMessage.System("Be brief."),
              new ChatMessage.User("Tell me about a king."));
      ChatMessage.Assistant answer = engine.chat(first).message();
      ChatRequest second = first.plus(answer, new ChatMessage.User("And his daughter?"));
      assertEquals(answer.content() + "\n" + engine.chat(second).text() + "\n", result.out());
    }
    assertEquals(2, result.err().lines().count());
    assertTrue(
        result
            .err()
            .lines()
            .allMatch(line -> line.matches(".* tokens/s, context \\d+ of 2048 tokens.*")),
        result.err());
    assertEquals(ExitCode.FINE, result.exitCode());
  }

  @Test
  void severalLines_areOneMessage() throws IOException {
    String expected;
    try (Engine engine = Engine.open(Cli.model("tiny-tales"))) {
      expected = engine.chat(request(engine, new ChatMessage.User("A king\nand\n/a queen"))).text();
    }
    assertEquals(expected + "\n", chat("A king\\\nand\\\n/a queen").out());
    assertEquals(expected + "\n", chat("\"\"\"\nA king\nand\n/a queen\n\"\"\"\n").out());
    assertEquals(expected + "\n", chat("\"\"\"\nA king\nand\n/a queen").out());
  }

  @Test
  void commands_changeTheConversation() {
    String first = chat("Who was the king?\n").out();
    assertFalse(first.isBlank());
    assertEquals(first + first, chat("Who was the king?\n/reset\nWho was the king?\n").out());
    String told = chat("/system Be kind.\nWho was the king?\n").out();
    assertEquals(chat("Who was the king?", "--system", "Be kind.").out(), told);
    assertEquals(first, chat("/system x\n/system\nWho was the king?\n/exit\nNot read.\n").out());
    Cli help = chat("/help\n/stats\nA king\n/stats\n");
    assertTrue(help.err().contains("/save F"), help.err());
    assertTrue(help.err().contains("nothing was answered yet"), help.err());
    assertTrue(
        help.err()
            .matches("(?s).*prompt \\d+ tokens, 0 of them known; generated \\d+, thinking 0;.*"),
        help.err());
  }

  @Test
  void slashes_doubledBeginAMessage() throws IOException {
    try (Engine engine = Engine.open(Cli.model("tiny-tales"))) {
      String expected = engine.chat(request(engine, new ChatMessage.User("/help"))).text();
      assertEquals(expected + "\n", chat("//help\n").out());
    }
  }

  @Test
  void session_goesOnTomorrow() throws IOException {
    Path file = folder.resolve("monday.chat");
    String together = chat("A king.\nA queen.\n").out();
    String monday = chat("A king.\n", "--session", file.toString()).out();
    Cli tuesday = chat("A queen.\n", "--session", file.toString());
    assertEquals(together, monday + tuesday.out());
    assertTrue(Files.size(file) > 1000);

    Path saved = folder.resolve("saved.chat");
    Cli commands = chat("A king.\n/save %s\n/reset\n/load %s\nA queen.\n".formatted(saved, saved));
    assertEquals(together, commands.out());
    assertTrue(commands.err().contains("2 messages from " + saved), commands.err());
  }

  @Test
  void session_thatIsALink_isKeptWhereItLeads() throws IOException {
    Path file = folder.resolve("disk.chat");
    Path link = Files.createSymbolicLink(folder.resolve("link.chat"), Path.of("disk.chat"));
    chat("A king.\n", "--session", link.toString());
    byte[] first = Files.readAllBytes(file);
    chat("A queen.\n", "--session", link.toString());
    assertTrue(Files.isSymbolicLink(link));
    assertTrue(Files.size(file) > first.length, "it goes on");
  }

  @Test
  void session_thatIsNone_isRefused() throws IOException {
    Path file = Files.writeString(folder.resolve("x.chat"), "no session");
    Cli result = chat("A king.\n", "--session", file.toString());
    assertTrue(result.err().startsWith("hunyuan: x.chat: expected at least "), result.err());
    assertEquals(ExitCode.UNUSABLE_MODEL, result.exitCode());
    assertEquals("no session", Files.readString(file));
  }

  @Test
  void schema_isThatOfEveryAnswer() throws IOException {
    Path schema =
        Files.writeString(
            folder.resolve("s.json"),
            "{\"type\":\"object\",\"properties\":{\"n\":{\"type\":\"integer\",\"minimum\":0,\"maximum\":9}},"
                + "\"required\":[\"n\"],\"additionalProperties\":false}");
    Cli result = chat("A number\nAnother\n", "--json-schema", schema.toString());
    List<String> lines = result.out().lines().toList();
    assertEquals(2, lines.size());
    for (String line : lines) {
      assertTrue(line.matches("\\{ ?\"n\": ?[0-9]\\}"), line);
    }
    Files.writeString(schema, "{\"not\":{}}");
    Cli refused = chat("", "--json-schema", schema.toString());
    assertEquals(
        "hunyuan: %s: #/not: the keyword not is not supported; see ./hunyuan chat --help\n"
            .formatted(schema),
        refused.err());
  }

  @Test
  void tools_areReadAndOffered() throws IOException {
    Path tools =
        Files.writeString(
            folder.resolve("t.json"),
            "[{\"type\":\"function\",\"function\":{\"name\":\"now\",\"parameters\":{\"type\":\"object\"}}}]");
    Cli result = chat("What time is it?\n", "--tools", tools.toString());
    assertEquals(ExitCode.FINE, result.exitCode());
    assertFalse(result.out().isBlank());
    Path schema = Files.writeString(folder.resolve("s.json"), "{\"type\":\"object\"}");
    Cli both = chat("x\n", "--tools", tools.toString(), "--json-schema", schema.toString());
    assertEquals(
        "hunyuan: an answer cannot be of the format JsonSchema and call tools: choose no tools, or free text; see ./hunyuan chat --help\n",
        both.err());
    Files.writeString(tools, "{}");
    assertEquals(
        "hunyuan: %s: expected a JSON list of tools, found {}; see ./hunyuan chat --help\n"
            .formatted(tools),
        chat("", "--tools", tools.toString()).err());
  }

  @Test
  void wrongUse_isSaid() {
    assertEquals(
        "hunyuan: there is no /nothing; /help lists all; see ./hunyuan chat --help\n",
        chat("/nothing\nA king\n").err());
    assertEquals("hunyuan: /load needs a file; see ./hunyuan chat --help\n", chat("/load\n").err());
    assertEquals(
        "hunyuan: standard input is not UTF-8 text; see ./hunyuan chat --help\n",
        Cli.runWith(new byte[] {'a', (byte) 0xff, '\n'}, "chat").err());
    assertEquals(
        "hunyuan: --max-tokens must be at least 0, not -1; see ./hunyuan chat --help\n",
        Cli.run("chat", "--max-tokens", "-1").err());
    Cli nowhere = chat("/load " + folder.resolve("nowhere") + "\n");
    assertTrue(nowhere.err().endsWith("nowhere: no such file or folder\n"), nowhere.err());
  }

  @Test
  void session_isKeptAlsoAfterAnError() throws IOException {
    Path file = folder.resolve("error.chat");
    Cli result = chat("A king.\n/nothing\nA queen.\n", "--session", file.toString());
    assertEquals(ExitCode.WRONG_USAGE, result.exitCode());
    String second = chat("A queen.\n" + " and".repeat(4000), "--session", file.toString()).out();
    assertEquals(chat("A king.\nA queen.\n").out(), result.out() + second.strip() + "\n");
    try (Engine engine = Engine.open(Cli.model("tiny-tales"));
        var restored = engine.restoreChat(file)) {
      assertEquals(4, restored.messages().size());
    }
  }

  @Test
  void filesThatCannotBeUsed_areRefusedBeforeTheModelIsRead() throws IOException {
    Path nowhere = folder.resolve("no/such.chat");
    Path file = Files.writeString(folder.resolve("t.json"), "[\n {\"type\": 1]");
    String[][] refused = {
      {"--session", nowhere.toString(), "--session: %s is no file in an existing folder"},
      {"--session", folder.toString(), "--session: %s is no file in an existing folder"},
      {"--session", "/dev/null", "--session: %s cannot be written"},
      {"--tools", "-", "--tools and --json-schema need a file: standard input has the messages"},
      {
        "--tools",
        file.toString(),
        "%s: expected a JSON list of tools, but in line 2, column 12: Unexpected close marker ']':"
            + " expected '}' (for Object starting at line: 2, column: 2)"
      },
      {
        "--json-schema",
        file.toString(),
        "%s: the schema is no JSON: in line 2, column 12: Unexpected close marker ']':"
            + " expected '}' (for Object starting at line: 2, column: 2)"
      }
    };
    for (String[] one : refused) {
      assertEquals(
          "hunyuan: %s; see ./hunyuan chat --help\n".formatted(one[2].formatted(one[1])),
          chat("", "--model", "nowhere", one[0], one[1]).err());
    }
    Files.writeString(
        file,
        "[{\"type\":\"function\",\"function\":{\"name\":\"now\",\"parameters\":{\"not\":{}}}}]");
    String unsupported = chat("", "--model", "nowhere", "--tools", file.toString()).err();
    assertTrue(unsupported.startsWith("hunyuan: " + file + ": "), unsupported);
    assertTrue(unsupported.contains("the keyword not is not supported"), unsupported);
  }

  @Test
  void controlCharacters_reachNoTerminal() throws IOException {
    Path schema = Files.writeString(folder.resolve("s.json"), "{\"const\":\"a\u009b2Jb\"}");
    String[] arguments = {"chat", "--json-schema", schema.toString()};
    String input = "?\n/save %s/\u001b[1m\n/\u001b[2J\n".formatted(folder);
    Cli piped = Cli.runWith(input, arguments);
    assertTrue(piped.out().startsWith("\"a\u009b2Jb\"\n"), piped.out());
    assertTrue(piped.err().contains("saved to %s/\u001b[1m\n".formatted(folder)), piped.err());
    assertTrue(piped.err().contains("hunyuan: there is no /\uFFFD[2J; /help"), "errors have none");
    Cli watched = Cli.watched(input, arguments);
    assertTrue(watched.out().contains("\"a\uFFFD2Jb\"\n"), watched.out());
    for (char c : (watched.out() + watched.err()).toCharArray()) {
      assertTrue(c == '\n' || c == '\r' || !Character.isISOControl(c), "control " + (int) c);
    }
  }

  @Test
  void nothingToSay_isNoError() {
    assertEquals(new Cli(ExitCode.FINE, "", ""), chat(""));
  }

  @Test
  void savedConversation_isTheEngines() throws IOException {
    Path file = folder.resolve("c.chat");
    chat("A king.\n", "--session", file.toString(), "--no-think");
    try (Engine engine = Engine.open(Cli.model("tiny-tales"));
        var restored = engine.restoreChat(file)) {
      assertEquals(new ChatMessage.User("A king."), restored.messages().getFirst());
      assertEquals(new Thinking.Off(), restored.request().thinking());
    }
  }
}
