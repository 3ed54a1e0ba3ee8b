package io.hunyuan4j.text.chat;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.hunyuan4j.text.ChatInput;
import io.hunyuan4j.text.ChatTemplate;
import io.hunyuan4j.text.Fixtures;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import org.junit.jupiter.api.Test;

class HuggingFaceChatTest {
  private static String json(Object value) throws JsonProcessingException {
    return new ObjectMapper().writeValueAsString(value);
  }

  @Test
  void messages_areWhatTemplatesRead() throws JsonProcessingException {
    ToolCall call =
        new ToolCall("call_0", "sum", "{\"b\": 2.50, \"a\": [1, 12345678901234567890]}");
    List<ChatMessage> messages =
        List.of(
            new ChatMessage.System("Be brief."),
            new ChatMessage.User("1 + 2?"),
            new ChatMessage.Assistant("", "I can add.", List.of(call)),
            new ChatMessage.Tool("call_0", "3"),
            new ChatMessage.Assistant("Three."));
    assertEquals(
        """
        [{"role":"system","content":"Be brief."},\
        {"role":"user","content":"1 + 2?"},\
        {"role":"assistant","content":"","reasoning_content":"I can add.","tool_calls":[\
        {"type":"function","function":{"name":"sum","arguments":{"b":2.5,"a":[1,12345678901234567890]}},"id":"call_0"}]},\
        {"role":"tool","content":"3","tool_call_id":"call_0"},\
        {"role":"assistant","content":"Three."}]""",
        json(HuggingFaceChat.messages(messages)));
  }

  @Test
  void tools_keepTheOrderOfTheirSchema() throws JsonProcessingException {
    ToolSpec tool =
        new ToolSpec(
            "now",
            "The time.",
            "{\"type\": \"object\", \"properties\": {\"zone\": {\"type\": \"string\"}}, \"a\": null}");
    assertEquals(
        """
        [{"type":"function","function":{"name":"now","description":"The time.","parameters":\
        {"type":"object","properties":{"zone":{"type":"string"}},"a":null}}}]""",
        json(HuggingFaceChat.tools(List.of(tool))));
  }

  @Test
  void whatAModelSaid_goesBackIntoTheConversation() throws JsonProcessingException {
    OutputParser parser = new OutputParser(OutputSyntax.HUNYUAN);
    parser.feed(
        "<think>hm</think><answer>See: <tool_calls>[{\"name\":\"f\",\"arguments\":\"{}\"}]</tool_calls>");
    parser.finish();
    assertEquals(
        """
        [{"role":"assistant","content":"See:","reasoning_content":"hm","tool_calls":\
        [{"type":"function","function":{"name":"f","arguments":{}},"id":"call_0"}]}]""",
        json(HuggingFaceChat.messages(List.of(parser.output().message()))));
  }

  private static String rendered(Path checkpoint, ChatInput input) throws IOException {
    Clock clock = Clock.fixed(Instant.EPOCH, ZoneOffset.UTC);
    return ChatTemplate.open(checkpoint).render(input, clock).text();
  }

  @Test
  void messages_goIntoAChatTemplate() throws IOException {
    List<ChatMessage> messages =
        List.of(new ChatMessage.System("Be brief."), new ChatMessage.User("Hello"));
    assertEquals(
        "<|startoftext|>Be brief.<|extra_4|>Hello<|extra_0|>",
        rendered(Fixtures.bundledModel(), ChatInput.of(HuggingFaceChat.messages(messages))));
  }

  @Test
  void callsOfAnyDepth_goBackIntoTheOfficialTemplate() throws IOException {
    if (!Fixtures.haveOfficialFiles()) {
      assertEquals(128, Json.MAX_DEPTH, "what the official template was tried with");
      return;
    }
    int depth = Json.MAX_DEPTH - 3;
    String arguments = "{\"x\": " + "[".repeat(depth) + "]".repeat(depth) + "}";
    OutputParser parser = new OutputParser(OutputSyntax.HUNYUAN);
    parser.feed("<tool_calls>[{\"name\": \"f\", \"arguments\": " + arguments + "}]</tool_calls>");
    parser.finish();
    ChatInput input =
        ChatInput.of(
                HuggingFaceChat.messages(
                    List.of(new ChatMessage.User("Go on."), parser.output().message())))
            .withTools(HuggingFaceChat.tools(List.of(new ToolSpec("f", "", "{}"))));
    String text = rendered(Fixtures.hunyuan().resolve("a13b"), input);
    assertTrue(
        text.endsWith(
            "<tool_calls>[{\"name\": \"f\", \"arguments\": "
                + arguments
                + "}]</tool_calls><|eos|>"),
        text);
  }

  @Test
  void whatIsNoObject_isRefusedWithItsPlace() {
    assertEquals(
        "parameters of tool \"f\": expected a JSON object, found [1]",
        assertThrows(IllegalArgumentException.class, () -> new ToolSpec("f", "", "[1]"))
            .getMessage());
    assertThrows(IllegalArgumentException.class, () -> new ToolSpec(" ", "", "{}"));
    assertThrows(IllegalArgumentException.class, () -> new ToolSpec("f", "", ""));
    assertThrows(IllegalArgumentException.class, () -> new ToolCall("0", "f", "{} 1"));
    assertThrows(
        IllegalArgumentException.class,
        () -> new ToolCall("0", "f", "{\"x\":" + "[".repeat(500_000) + "}"));
  }
}
