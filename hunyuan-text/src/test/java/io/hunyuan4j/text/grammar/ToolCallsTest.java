package io.hunyuan4j.text.grammar;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.hunyuan4j.text.chat.OutputSyntax;
import io.hunyuan4j.text.chat.ToolSpec;
import io.hunyuan4j.text.grammar.ResponseFormat.ToolCalls;
import io.hunyuan4j.text.grammar.ResponseFormat.ToolChoice;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class ToolCallsTest {
  private static final ToolSpec WEATHER =
      new ToolSpec(
          "weather",
          "the weather",
          "{\"type\":\"object\",\"properties\":{\"city\":{\"type\":\"string\",\"maxLength\":20}},"
              + "\"required\":[\"city\"],\"additionalProperties\":false}");
  private static final ToolSpec CLOCK = new ToolSpec("clock", "the time", "{}");
  private static final String WEATHER_CALL =
      "{\"name\": \"weather\", \"arguments\": {\"city\": \"Pisa\"}}";
  private static final String CLOCK_CALL = "{\"name\":\"clock\",\"arguments\":{\"zone\":1}}";

  private static CompiledFormat compile(ToolChoice choice) {
    return CompiledFormat.compile(
        new ToolCalls(List.of(WEATHER, CLOCK), choice, OutputSyntax.HUNYUAN),
        Vocabularies.bundled());
  }

  private static String calls(String... calls) {
    return "<tool_calls>[" + String.join(", ", calls) + "]</tool_calls>";
  }

  @Test
  void autoIsTextOrCalls() {
    CompiledFormat format = compile(new ToolChoice.Auto());
    assertTrue(Writer.allows(format, "It is noon. {\"a\":1,\"a\":2}"));
    assertTrue(Writer.allows(format, "<tool"));
    assertTrue(Writer.allows(format, calls(WEATHER_CALL, CLOCK_CALL)));
    assertTrue(Writer.allows(format, "Let me see: <tool<" + calls(CLOCK_CALL)));
    assertFalse(Writer.allows(format, "<tool_calls>"));
    assertFalse(Writer.allows(format, "See <tool_calls>!"));
    assertFalse(Writer.allows(format, calls(CLOCK_CALL) + "That was it."));
    assertFalse(Writer.allows(format, calls("{\"name\":\"other\",\"arguments\":{}}")));
    assertFalse(Writer.allows(format, calls("{\"name\":\"weather\",\"arguments\":{}}")));
  }

  @Test
  void noneIsText() {
    CompiledFormat format = compile(new ToolChoice.None());
    assertTrue(Writer.allows(format, "It is noon."));
    assertTrue(Writer.allows(format, "<<tool_call></tool_calls>"));
    assertFalse(Writer.allows(format, calls(CLOCK_CALL)));
    assertFalse(Writer.allows(format, "No. <<tool_calls>"));
  }

  @Test
  void requiredIsAtLeastOneCall() {
    CompiledFormat format = compile(new ToolChoice.Required());
    assertTrue(Writer.allows(format, calls(CLOCK_CALL, CLOCK_CALL)));
    assertFalse(Writer.allows(format, calls()));
    assertFalse(Writer.allows(format, "It is noon."));
  }

  @Test
  void aNamedToolIsCalledOnce() {
    CompiledFormat format = compile(new ToolChoice.Named("weather"));
    assertTrue(Writer.allows(format, calls(WEATHER_CALL)));
    assertFalse(Writer.allows(format, calls(WEATHER_CALL, WEATHER_CALL)));
    assertFalse(Writer.allows(format, calls(CLOCK_CALL)));
    assertThrows(GrammarException.class, () -> compile(new ToolChoice.Named("hammer")));
  }

  @Test
  void keysOfArgumentsAreNotRepeated() {
    CompiledFormat format = compile(new ToolChoice.Auto());
    assertFalse(
        Writer.allows(format, calls("{\"name\":\"clock\",\"arguments\":{\"zone\":1,\"zone\":2}}")));
    assertFalse(
        Writer.allows(
            format,
            "{\"a\":1,\"a\":2} <"
                + calls("{\"name\":\"clock\",\"arguments\":{\"zone\":1,\"zone\":2}}")));
  }

  @Test
  void writtenCallsParse() throws Exception {
    CompiledFormat format = compile(new ToolChoice.Required());
    Random random = new Random(11);
    Writer writer = new Writer(Vocabularies.bundled(), random);
    for (int i = 0; i < 40; i++) {
      int budget = Writer.shortest(format) + random.nextInt(80);
      String text = writer.write(format, budget);
      String array =
          text.substring("<tool_calls>".length(), text.length() - "</tool_calls>".length());
      JsonNode calls = new JsonMapper().readTree(array);
      assertTrue(calls.isArray() && !calls.isEmpty(), text);
      for (JsonNode call : calls) {
        assertTrue(List.of("weather", "clock").contains(call.get("name").textValue()), text);
        assertTrue(call.get("arguments").isObject(), text);
      }
    }
  }

  @Test
  void errorsNameTheTool() {
    ToolSpec broken = new ToolSpec("saw", "", "{\"properties\":{\"a\":{\"multipleOf\":2}}}");
    ToolCalls format =
        new ToolCalls(List.of(broken), new ToolChoice.Required(), OutputSyntax.HUNYUAN);
    GrammarException e =
        assertThrows(
            GrammarException.class, () -> CompiledFormat.compile(format, Vocabularies.bundled()));
    assertEquals("tool saw, #/properties/a/multipleOf", e.place());
  }
}
