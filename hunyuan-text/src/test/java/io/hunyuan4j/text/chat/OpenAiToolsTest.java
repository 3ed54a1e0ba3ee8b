package io.hunyuan4j.text.chat;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;
import org.junit.jupiter.api.Test;

class OpenAiToolsTest {
  @Test
  void tools_areReadFromTheirList() {
    assertEquals(
        List.of(
            new ToolSpec("now", "The time.", "{\"type\":\"object\",\"properties\":{}}"),
            new ToolSpec("stop", "", "{}")),
        OpenAiTools.read(
            """
            [{"type": "function", "function": {"name": "now", "description": "The time.",
              "parameters": {"type": "object", "properties": {}}, "strict": true}},
             {"function": {"name": "stop", "description": null, "parameters": null}}]
            """));
    assertEquals(List.of(), OpenAiTools.read("[]"));
  }

  private static String refusal(String json) {
    return String.valueOf(
        assertThrows(IllegalArgumentException.class, () -> OpenAiTools.read(json)).getMessage());
  }

  @Test
  void whatIsNoTool_isRefusedWithItsPlace() {
    assertEquals("expected a JSON list of tools, found {}", refusal("{}"));
    assertEquals(
        "tool 0: expected type \"function\" and a function, found {\"name\":\"now\"}",
        refusal("[{\"name\": \"now\"}]"));
    assertEquals(
        "tool 1: expected a name and a description that are strings, found {}",
        refusal("[{\"function\": {\"name\": \"f\"}}, {\"function\": {}}]"));
    assertEquals(
        "parameters of tool \"f\": expected a JSON object, found 7",
        refusal("[{\"function\": {\"name\": \"f\", \"parameters\": 7}}]"));
    for (String json : List.of("", "[", "[1] 2", "[".repeat(1_000_000), "[null]", "null")) {
      assertThrows(IllegalArgumentException.class, () -> OpenAiTools.read(json));
    }
  }
}
