package io.hunyuan4j.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.hunyuan4j.text.InputSpecials;
import io.hunyuan4j.text.Tokenizer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TemplateCommandTest {
  private static final String HELLO = "[{\"role\": \"user\", \"content\": \"Hello\"}]";
  private static final String HELLO_PROMPT =
      "<|startoftext|>You are a storyteller.<|extra_4|>Hello<|extra_0|>";

  @TempDir private Path folder;

  private static String tinyTales() {
    return Cli.model("tiny-tales").toString();
  }

  private static String ids(String text, InputSpecials specials) throws IOException {
    return Arrays.toString(Tokenizer.open(Cli.model("tiny-tales")).encode(text, specials));
  }

  /** A folder with this template and nothing else. */
  private Cli rendered(String template, String messages, String... more) throws IOException {
    Files.writeString(folder.resolve("chat_template.jinja"), template);
    String[] args = {"template", folder.toString(), "--messages", "-"};
    String[] all = Arrays.copyOf(args, args.length + more.length);
    System.arraycopy(more, 0, all, args.length, more.length);
    return Cli.runWith(messages, all);
  }

  @Test
  void prompt_isPrintedToItsLastCharacter() throws IOException {
    Cli result = Cli.runWith(HELLO, "template", tinyTales(), "--messages", "-");
    assertEquals(HELLO_PROMPT, result.out());
    assertEquals("", result.err());
    assertEquals(ExitCode.FINE, result.exitCode());
    Path file = Files.writeString(folder.resolve("chat.json"), HELLO);
    assertEquals(
        HELLO_PROMPT, Cli.run("template", "--messages", file.toString(), tinyTales()).out());
  }

  @Test
  void ids_areThoseOfTheText_orOfPlainContents() throws IOException {
    String messages = "[{\"role\": \"user\", \"content\": \"<|eos|>\"}]";
    Cli published = Cli.runWith(messages, "template", tinyTales(), "--messages", "-", "--ids");
    String text = "<|startoftext|>You are a storyteller.<|extra_4|><|eos|><|extra_0|>";
    assertEquals(ids(text, InputSpecials.ALLOWED) + "\n", published.out());
    Cli plain =
        Cli.runWith(
            messages, "template", tinyTales(), "--messages", "-", "--ids", "--plain-content");
    String before = ids("<|startoftext|>You are a storyteller.<|extra_4|>", InputSpecials.ALLOWED);
    String content = ids("<|eos|>", InputSpecials.AS_TEXT);
    String after = ids("<|extra_0|>", InputSpecials.ALLOWED);
    assertEquals((before + content + after).replace("][", ", ") + "\n", plain.out());
  }

  @Test
  void tools_areALineOfTheirOwn() throws IOException {
    Path tools = Files.writeString(folder.resolve("tools.json"), "[{\"b\": 1.0, \"a\": null}]");
    Cli result = rendered("{{ tools | tojson }}{{ messages }}", "[]", "--tools", tools.toString());
    assertEquals("[{\"b\": 1.0, \"a\": null}][]", result.out());
    assertEquals("None", rendered("{{ tools }}", "[]").out());
  }

  @Test
  void standardInput_isReadOnce() throws IOException {
    Cli both = rendered("{{ messages }}{{ tools }}", "[]", "--tools", "-");
    assertEquals(
        "hunyuan: --messages and --tools cannot both be read from standard input; see ./hunyuan template --help\n",
        both.err());
    assertEquals("", both.out());
    assertEquals(ExitCode.WRONG_USAGE, both.exitCode());
    Path chat = Files.writeString(folder.resolve("chat.json"), "[1]");
    Cli tools =
        Cli.runWith(
            "[2]", "template", folder.toString(), "--messages", chat.toString(), "--tools", "-");
    assertEquals("[1][2]", tools.out());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          x=false        | False
          x=null         | None
          x=7            | 7
          x=12345678901234567890123 | 12345678901234567890123
          x=1.50         | 1.5
          x="7"          | '7'
          x=26 Jul 2024  | '26 Jul 2024'
          x=a=b          | 'a=b'
          x=             | ''
          x=[1, "a"]     | [1, 'a']
          x={"a": true}  | {'a': True}
          """)
  void set_isJsonOrElseAText(String setting, String shown) throws IOException {
    assertEquals("[" + shown + "]", rendered("{{ [x] }}", "[]", "--set", setting).out());
  }

  @Test
  void set_variablesOfTransformers() throws IOException {
    String template = "{{ add_generation_prompt }} {{ documents }}";
    assertEquals("False None", rendered(template, "[]").out());
    assertEquals(
        "True [1]",
        rendered(template, "[]", "--set", "add_generation_prompt=true", "--set", "documents=[1]")
            .out());
  }

  @Test
  void loneSurrogates_arePrintedAsTheTokenizerReadsThem() throws IOException {
    assertEquals("a\ufffd😀", rendered("{{ messages[0] }}", "[\"a\\udc00\\ud83d\\ude00\"]").out());
  }

  @Test
  void templatesOwnError_isExitCodeOne() throws IOException {
    Cli result =
        rendered("one\n{{ raise_exception('Roles must\\nalternate, not ' ~ messages) }}", "[5]");
    assertEquals(
        "hunyuan: chat template line 2: TemplateError: Roles must alternate, not [5]\n",
        result.err());
    assertEquals("", result.out());
    assertEquals(ExitCode.CHECK_FAILED, result.exitCode());
  }

  @Test
  void endlessTemplate_isExitCodeOne() throws IOException {
    Cli result = rendered("{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}", "[]");
    assertEquals(
        "hunyuan: chat template line 1: TemplateLimitError: nested more than 400 deep\n",
        result.err());
    assertEquals(ExitCode.CHECK_FAILED, result.exitCode());
  }

  @Test
  void templateThatIsNotUnderstood_isAnUnusableModel() throws IOException {
    Cli result = rendered("one\n\n{% include 'x' %}", "[]");
    assertEquals(
        "hunyuan: %s, line 3: TemplateNotSupportedError: the tag 'include'\n"
            .formatted(folder.resolve("chat_template.jinja")),
        result.err().replace(": line", ", line"));
    assertEquals(ExitCode.UNUSABLE_MODEL, result.exitCode());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          {"role": "user"} | standard input: expected a JSON list
          [1] [2]          | standard input: line 1, column 5: expected JSON, but: Trailing token
          [1               | standard input: line 1, column 3: expected JSON, but: Unexpected end-of-input
          ``               | standard input: line 1, column 1: expected JSON, but: No content to map due to end-of-input
          """)
  void messages_thatAreNoList_areWrongUsage(String json, String sentence) throws IOException {
    Cli result = rendered("x", json);
    assertTrue(result.err().startsWith("hunyuan: " + sentence), result.err());
    assertEquals(1, result.err().lines().count(), result.err());
    assertEquals(ExitCode.WRONG_USAGE, result.exitCode());
  }

  @Test
  void messages_nestedTooDeep_areWrongUsage() throws IOException {
    Cli deep = rendered("x", "[".repeat(250) + "]".repeat(250));
    assertEquals(
        "hunyuan: variables may be nested 200 deep, but one is deeper; see ./hunyuan template --help\n",
        deep.err());
    Cli deeper = rendered("x", "[".repeat(100_000) + "]".repeat(100_000));
    assertTrue(deeper.err().contains("nesting depth (1001) exceeds"), deeper.err());
    assertEquals(ExitCode.WRONG_USAGE, deeper.exitCode());
  }

  @Test
  void setOfMessages_isWrongUsage() throws IOException {
    assertEquals(
        "hunyuan: --set: \"messages\" is no option of a chat template; see ./hunyuan template --help\n",
        rendered("x", "[]", "--set", "messages=[]").err());
  }

  @Test
  void folderThatIsNone_isAnUnusableModel() {
    Cli result = Cli.runWith(HELLO, "template", "no/such", "--messages", "-");
    assertEquals(
        "hunyuan: no/such: expected the folder of a model, found nothing of that name\n",
        result.err());
    assertEquals(ExitCode.UNUSABLE_MODEL, result.exitCode());
  }
}
