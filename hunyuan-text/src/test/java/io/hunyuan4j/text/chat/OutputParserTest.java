package io.hunyuan4j.text.chat;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.hunyuan4j.text.Fixtures;
import io.hunyuan4j.text.chat.OutputParser.Start;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class OutputParserTest {
  private static final ObjectMapper MAPPER = new ObjectMapper();
  private static final String CALL =
      "<tool_calls>[{\"name\": \"f\", \"arguments\": {\"x\": 1}}]</tool_calls>";

  /** What outputs are made of, whole and broken. */
  private static final List<String> PARTS =
      List.of(
          "<think>",
          "</think>",
          "<answer>",
          "</answer>",
          "<tool_calls>",
          "</tool_calls>",
          CALL,
          "<tool_calls>[]</tool_calls>",
          "<tool_calls> [{\"arguments\":\"{}\",\"name\":\"助\"}] </tool_calls>",
          "<tool_calls>[oops</tool_calls>",
          "<tool_calls>[{\"name\": \"f\", \"arguments\": {\"x\": \"</answer>\"}}]</tool_calls>",
          "助手：",
          "助",
          "<",
          "</",
          "<t",
          "[",
          "{}",
          "a",
          " ",
          "\n",
          "\r\n",
          "\t",
          "\u00a0",
          "😀",
          "\ud83d",
          "\ude00");

  @TestFactory
  Stream<DynamicTest> officialOutputs() throws IOException {
    if (!Fixtures.haveOfficialFiles()) {
      System.out.println("Without ../shared/golden/text: OutputParserTest runs on its own texts.");
      return Stream.empty();
    }
    return Fixtures.lines("tool_calls.jsonl").stream()
        .map(line -> dynamicTest(line.get("name").textValue(), () -> isReadAsWritten(line)));
  }

  private static void isReadAsWritten(JsonNode line) throws IOException {
    String text = line.get("text").textValue();
    for (int size : List.of(Integer.MAX_VALUE, 1, 2, 3, 4, 5, 6, 7)) {
      ParsedOutput output = Channels.of(pieces(text, size)).output();
      assertEquals(line.get("reasoning").textValue(), output.thinking());
      assertEquals(line.get("content").textValue(), output.content());
      assertEquals(
          StreamSupport.stream(line.get("tool_calls").spliterator(), false)
              .map(call -> new PlainSplit.Call(call.get("name").textValue(), call.get("arguments")))
              .toList(),
          calls(output));
    }
    assertEquals(PlainSplit.of(text), split(Channels.of(List.of(text)).output()));
  }

  @Test
  void anyText_cutAnywhere_isWhatTheRulesSayAndLosesNothing() throws IOException {
    Random random = Fixtures.random("OutputParserTest", 20261125);
    for (int round = 0; round < 20_000; round++) {
      String text = randomOutput(random);
      PlainSplit expected = PlainSplit.of(text);
      assertEquals(expected, split(Channels.of(List.of(text)).output()), text);
      assertEquals(expected, split(Channels.of(randomPieces(random, text)).output()), text);
      assertEquals(expected, split(Channels.of(pieces(text, 1)).output()), text);
    }
  }

  private static String randomOutput(Random random) {
    StringBuilder text = new StringBuilder(random.nextInt(3) == 0 ? "<think>" : "");
    if (random.nextInt(3) == 0) {
      text.append(random.nextBoolean() ? "x</think>\n<answer>" : "<answer>");
    }
    for (int i = random.nextInt(12); i > 0; i--) {
      text.append(PARTS.get(random.nextInt(PARTS.size())));
    }
    return text.toString();
  }

  private static List<String> randomPieces(Random random, String text) {
    List<String> pieces = new ArrayList<>();
    for (int at = 0; at < text.length(); ) {
      int end = Math.min(text.length(), at + random.nextInt(12));
      pieces.add(text.substring(at, end));
      at = end;
    }
    return pieces;
  }

  private static List<String> pieces(String text, int size) {
    List<String> pieces = new ArrayList<>();
    for (int at = 0; at < text.length(); at += Math.min(size, text.length() - at)) {
      pieces.add(text.substring(at, at + Math.min(size, text.length() - at)));
    }
    return pieces;
  }

  /** What came out on each channel of a parser; together, and against what it says it came to. */
  private record Channels(String thinking, String answer, List<ToolCall> calls, String raw) {
    static Channels of(List<String> pieces) {
      OutputParser parser = new OutputParser(OutputSyntax.HUNYUAN);
      List<OutputPart> parts = new ArrayList<>();
      pieces.forEach(piece -> parts.addAll(parser.feed(piece)));
      parts.addAll(parser.finish());
      Channels channels = ofParts(parts);
      assertEquals(String.join("", pieces), channels.raw());
      assertEquals(parser.output(), channels.output());
      return channels;
    }

    private static Channels ofParts(List<OutputPart> parts) {
      StringBuilder thinking = new StringBuilder();
      StringBuilder answer = new StringBuilder();
      StringBuilder raw = new StringBuilder();
      List<ToolCall> calls = new ArrayList<>();
      for (OutputPart part : parts) {
        switch (part) {
          case OutputPart.Thinking(String text) -> thinking.append(notEmpty(text));
          case OutputPart.Answer(String text) -> answer.append(notEmpty(text));
          case OutputPart.Call(ToolCall call) -> calls.add(call);
          case OutputPart.Raw(String text) -> raw.append(notEmpty(text));
        }
      }
      return new Channels(thinking.toString(), answer.toString(), calls, raw.toString());
    }

    private static String notEmpty(String text) {
      assertEquals(false, text.isEmpty());
      return text;
    }

    ParsedOutput output() {
      return new ParsedOutput(thinking, answer, calls);
    }
  }

  private static PlainSplit split(ParsedOutput output) throws IOException {
    return new PlainSplit(output.thinking(), output.content(), calls(output));
  }

  private static List<PlainSplit.Call> calls(ParsedOutput output) throws JsonProcessingException {
    List<PlainSplit.Call> calls = new ArrayList<>();
    for (ToolCall call : output.toolCalls()) {
      assertEquals("call_" + calls.size(), call.id());
      calls.add(new PlainSplit.Call(call.name(), MAPPER.readTree(call.argumentsJson())));
    }
    return calls;
  }

  /** The parts that {@code pieces} give, one list a piece and one for the end; without the raw. */
  private static List<String> stream(Start start, String... pieces) {
    OutputParser parser = new OutputParser(OutputSyntax.HUNYUAN, start);
    List<String> streamed = new ArrayList<>();
    for (String piece : pieces) {
      streamed.add(shown(parser.feed(piece)));
    }
    streamed.add(shown(parser.finish()));
    return streamed;
  }

  private static String shown(List<OutputPart> parts) {
    StringBuilder shown = new StringBuilder();
    for (OutputPart part : parts) {
      shown.append(
          switch (part) {
            case OutputPart.Thinking(String text) -> "T(" + text + ")";
            case OutputPart.Answer(String text) -> "A(" + text + ")";
            case OutputPart.Call(ToolCall call) ->
                "C(" + call.id() + " " + call.name() + call.argumentsJson() + ")";
            case OutputPart.Raw _ -> "";
          });
    }
    return shown.toString();
  }

  @Test
  void text_comesOutAtOnce_exceptWhatMayBecomeATag() {
    assertEquals(
        List.of(
            "A(Hi)", "A( there)", "A(, 1)", "", "A( < 2)", "A( and <)", "", "A(<tool box)", "", ""),
        stream(
            Start.ANYTHING, "Hi ", "there", ", 1", " <", " 2", " and <<", "tool", " box", "  \n"));
    assertEquals(
        List.of("T(so)", "", "T( </thin)", "", "A(yes)", "", ""),
        stream(Start.ANYTHING, "<think>so ", "</thin", "</th", "ink> ", "yes", " "));
  }

  @Test
  void malformedBlock_isTextAsSoonAsThatIsKnown() {
    assertEquals(
        List.of("", "A(<tool_calls> o)", "A(ops)", "", "A(</tool_calls>)", ""),
        stream(Start.ANYTHING, "<tool_calls> ", "o", "ops", "</tool_", "calls>"));
    assertEquals(
        List.of("", "", "A(<tool_calls>[oops</tool_calls>)", ""),
        stream(Start.ANYTHING, "<tool_calls>[", "oops", "</tool_calls>"));
    assertEquals(
        List.of("", "", "A(<tool_calls>[oops)"), stream(Start.ANYTHING, "<tool_calls>[", "oops"));
  }

  @Test
  void calls_comeWhenTheirBlockIsClosed_inOrderWithTheText() {
    assertEquals(
        List.of("A(Let me see.)C(call_0 f{\"x\": 1})", "A(\nAnd)C(call_1 f{\"x\": 1})", "", ""),
        stream(Start.ANYTHING, "<answer>Let me see.\n" + CALL, "And" + CALL, "</answer>"));
  }

  @Test
  void closingAnswer_waitsForWhatFollows() {
    assertEquals(
        List.of("A(a)", "", "A(</answer> b)", "", ""),
        stream(Start.ANYTHING, "<answer>a", "</answer> ", "b", "</answer>\n"));
    assertEquals(
        List.of("A(a</answer>)", ""),
        stream(Start.ANYTHING, "a</answer>"),
        "without an opening tag it is text");
  }

  @Test
  void start_saysWhatThePromptHasBegun() {
    assertEquals(
        List.of("T(hm)", "A(yes)", ""), stream(Start.THINKING, "\nhm", "</think>\n<answer>yes"));
    assertEquals(List.of("A(<think>no</think>)", ""), stream(Start.ANSWER, "<think>no</think>"));
  }

  @Test
  void isThinking_fromItsTagToTheOther() {
    OutputParser parser = new OutputParser(OutputSyntax.HUNYUAN);
    List<Boolean> thinking = new ArrayList<>();
    for (String piece : List.of("\n<thi", "nk>", "hm</thi", "nk>", "<think>")) {
      parser.feed(piece);
      thinking.add(parser.isThinking());
    }
    assertEquals(List.of(false, true, true, false, false), thinking);
    assertEquals(true, new OutputParser(OutputSyntax.HUNYUAN, Start.THINKING).isThinking());
  }

  @Test
  void surrogatePairs_areNeverCut() {
    assertEquals(List.of("A(a)", "A(😀)", ""), stream(Start.ANYTHING, "a\ud83d", "\ude00"));
    assertEquals(List.of("A(a)", "A(\ud83d)"), stream(Start.ANYTHING, "a\ud83d"));
    OutputParser parser = new OutputParser(OutputSyntax.HUNYUAN);
    assertEquals(List.of(), parser.feed("\ud83d"));
    assertEquals(
        List.of(new OutputPart.Raw("😀"), new OutputPart.Answer("😀")), parser.feed("\ude00"));
  }

  @Test
  void arguments_areLetterForLetterWhatTheModelWrote() {
    assertEquals(
        List.of("C(call_0 f{ \"x\":1.50 , \"x\":[ ]})C(call_1 g {} )", ""),
        stream(
            Start.ANYTHING,
            "<tool_calls>[{\"name\":\"f\",\"arguments\":{ \"x\":1.50 , \"x\":[ ]}},"
                + "{\"arguments\":\" {} \",\"name\":\"g\"}]</tool_calls>"));
    // Past every buffer of the JSON parser.
    String long1 = "{\"x\":\"" + "é".repeat(100_000) + "\"}";
    String long2 = "{\"y\":\"" + "z".repeat(70_001) + "\"}";
    String block =
        "<tool_calls>[{\"name\":\"f\",\"arguments\":%s},{\"name\":\"g\",\"arguments\":%s}]</tool_calls>"
            .formatted(long1, long2);
    assertEquals(
        List.of(new ToolCall("call_0", "f", long1), new ToolCall("call_1", "g", long2)),
        Channels.of(List.of(block)).calls());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "[{\"name\":\"f\",\"arguments\":\"\ufeff{}\"}]",
        "[{\"name\":\"f\",\"arguments\":\"{} {}\"}]",
        "[{\"name\":\"f\",\"arguments\":{\"x\":NaN}}]",
        "[{\"name\":\"f\",\"arguments\":{\"x\":01}}]",
        "[{\"name\":\"f\",\"arguments\":{}} /* none */]",
        "[{\"name\":\"f\",\"arguments\":{}}\u00a0]",
        "[{\"name\":\"f\",\"arguments\":{}}] []",
        "[{\"name\":\"f\",\"name\":null,\"arguments\":{}}]",
        "[{\"name\":\"f\",\"arguments\":{},\"arguments\":[]}]",
      })
  void almostJson_isText(String block) {
    String text = "<tool_calls>" + block + "</tool_calls>";
    assertEquals(new ParsedOutput("", text, List.of()), Channels.of(List.of(text)).output());
  }

  @Test
  void nestingAndNumbers_haveBounds() {
    String deepest = nested(Json.MAX_DEPTH - 3); // in an object, in an object, in an array
    assertEquals(1, Channels.of(List.of(block("{\"x\":" + deepest + "}"))).calls().size());
    String deeper = block("{\"x\":" + nested(Json.MAX_DEPTH - 2) + "}");
    assertEquals(deeper, Channels.of(List.of(deeper)).answer());
    String bottomless = block("{\"x\":" + nested(500_000) + "}");
    assertEquals(bottomless, Channels.of(List.of(bottomless)).answer());

    String longest = block("{\"x\":" + "7".repeat(Json.MAX_DIGITS) + "}");
    assertEquals(1, Channels.of(List.of(longest)).calls().size());
    String longer = block("{\"x\":" + "7".repeat(Json.MAX_DIGITS + 1) + "}");
    assertEquals(longer, Channels.of(List.of(longer)).answer());
  }

  private static String nested(int depth) {
    return "[".repeat(depth) + "]".repeat(depth);
  }

  private static String block(String arguments) {
    return "<tool_calls>[{\"name\":\"f\",\"arguments\":" + arguments + "}]</tool_calls>";
  }

  /** What takes time in the square of the length takes many minutes. */
  @TestFactory
  Stream<DynamicTest> aMegabyteOfTheSame_comesBack() {
    List<String> units =
        List.of(
            "<tool_calls>",
            "<tool_calls>[",
            "<tool_calls>[</tool_calls>",
            "<tool_calls>[{\"name\":\"",
            "</tool_calls>",
            "[",
            "<",
            "</answer>",
            "</answer> ",
            "助手：",
            "x        ",
            "<tool_calls>        ");
    return units.stream()
        .flatMap(
            unit ->
                IntStream.of(3, Integer.MAX_VALUE)
                    .mapToObj(
                        size ->
                            dynamicTest(
                                unit + " in pieces of " + size,
                                () ->
                                    assertTimeoutPreemptively(
                                        Duration.ofMinutes(1), () -> comesBack(unit, size)))));
  }

  private static void comesBack(String unit, int size) {
    String text = "<answer>a" + unit.repeat((1 << 20) / unit.length()) + "z";
    assertEquals(text.substring("<answer>".length()), Channels.of(pieces(text, size)).answer());
  }

  @Test
  void aMegabyteOfBlanks_isNothing() {
    String blanks = " \r\n\t".repeat(1 << 18);
    assertTimeoutPreemptively(
        Duration.ofMinutes(1),
        () -> {
          assertEquals("", Channels.of(pieces("<answer>" + blanks, 3)).answer());
          assertEquals("", Channels.of(pieces("<tool_calls>[]</tool_calls>" + blanks, 3)).answer());
          assertEquals(
              "a", Channels.of(pieces("<answer>a" + blanks + "</answer>" + blanks, 3)).answer());
        });
  }

  @Test
  void aParser_readsOneOutput() {
    OutputParser parser = new OutputParser(OutputSyntax.HUNYUAN);
    assertEquals(List.of(), parser.finish());
    assertThrows(IllegalStateException.class, () -> parser.feed("x"));
    assertThrows(IllegalStateException.class, parser::finish);
  }

  @Test
  void syntax_refusesWhatCannotBeTold() {
    assertEquals(
        "a tag has one meaning, but <think> has two",
        assertThrows(IllegalArgumentException.class, () -> syntax("<think>", "")).getMessage());
    assertThrows(IllegalArgumentException.class, () -> syntax("think", ""));
    assertThrows(IllegalArgumentException.class, () -> syntax("<a<b>", ""));
    assertThrows(IllegalArgumentException.class, () -> syntax("</think>", "Assistant: "));
  }

  private static OutputSyntax syntax(String thinkClose, String prefix) {
    return new OutputSyntax(
        "<think>", thinkClose, "<answer>", "</answer>", "<calls>", "</calls>", prefix);
  }
}
