package io.hunyuan4j.text.json;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.hunyuan4j.text.Tokenizer;
import io.hunyuan4j.text.chat.OpenAiTools;
import io.hunyuan4j.text.chat.ToolSpec;
import io.hunyuan4j.text.grammar.CompiledFormat;
import io.hunyuan4j.text.grammar.ResponseFormat;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;

/** Errors about JSON name its lines and columns, and nothing of what Jackson calls its source. */
class JsonProblemTest {
  private static final String BROKEN = "[\n {\"type\": 1]";
  private static final String WHY =
      "Unexpected close marker ']': expected '}' (for Object starting at line: 2, column: 2)";
  private static final String WHERE = "line 2, column 12";

  private static void assertMessage(String message, Executable reading) {
    assertEquals(message, assertThrows(RuntimeException.class, reading).getMessage());
  }

  @Test
  void problem_hasPlaceAndReason() {
    var error = assertThrows(JacksonException.class, () -> new ObjectMapper().readTree(BROKEN));
    assertEquals(WHY, JsonProblem.reason(error));
    assertEquals(WHERE, JsonProblem.place(error));
    assertEquals("in " + WHERE + ": " + WHY, JsonProblem.sentence(error));
  }

  @Test
  void emptyText_hasAFirstColumn() {
    var error =
        assertThrows(JacksonException.class, () -> new ObjectMapper().readValue("", Integer.class));
    assertEquals("line 1, column 1", JsonProblem.place(error));
  }

  @Test
  void tools() {
    assertMessage(
        "expected a JSON list of tools, but in " + WHERE + ": " + WHY,
        () -> OpenAiTools.read(BROKEN));
    assertMessage(
        "parameters of tool \"f\": expected a JSON object, but in " + WHERE + ": " + WHY,
        () -> new ToolSpec("f", "", BROKEN));
  }

  @Test
  void schema() {
    assertMessage(
        "the schema is no JSON: in " + WHERE + ": " + WHY,
        () -> CompiledFormat.check(new ResponseFormat.JsonSchema(BROKEN)));
    assertMessage(
        "the schema has a number that cannot be represented",
        () -> CompiledFormat.check(new ResponseFormat.JsonSchema("{\"const\": 1e99999999999}")));
  }

  @Test
  void vocabulary(@TempDir Path folder) throws IOException {
    Path file = Files.writeString(folder.resolve("tokenizer.json"), BROKEN);
    assertMessage(
        file + ": " + WHERE + ": expected JSON, but: " + WHY,
        () -> Tokenizer.fromTokenizerJson(file));
  }
}
