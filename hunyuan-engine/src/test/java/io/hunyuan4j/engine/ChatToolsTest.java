package io.hunyuan4j.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import io.hunyuan4j.text.chat.ChatMessage;
import io.hunyuan4j.text.chat.ToolCall;
import io.hunyuan4j.text.chat.ToolSpec;
import io.hunyuan4j.text.grammar.ResponseFormat;
import io.hunyuan4j.text.grammar.ResponseFormat.ToolChoice;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** Tools and their calls. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ChatToolsTest {
  private ChatModels models;

  @BeforeAll
  void open(@TempDir Path folder) throws IOException {
    models = new ChatModels(folder);
  }

  @AfterAll
  void close() {
    models.close();
  }

  @Test
  void tools_areCalledByTheirSchemas() {
    for (Engine engine : List.of(models.tales, models.thinking, models.opened)) {
      for (Thinking chosen : List.of(new Thinking.Off(), new Thinking.Budget(6))) {
        for (ToolChoice choice :
            List.of(new ToolChoice.Named("person"), new ToolChoice.Required())) {
          ChatRequest request =
              ChatModels.request(engine, "Store somebody", 150)
                  .withTools(ChatModels.TOOLS, choice)
                  .withThinking(chosen);
          ChatResponse response = engine.chat(request);
          assertEquals(FinishReason.TOOL_CALLS, response.finishReason());
          assertEquals("", response.text());
          assertFalse(response.toolCalls().isEmpty());
          for (ToolCall call : response.toolCalls()) {
            if (call.name().equals("person")) {
              ChatModels.assertValid(call.argumentsJson());
            } else {
              assertEquals("now", call.name());
              assertEquals("{}", call.argumentsJson());
            }
          }
          if (choice instanceof ToolChoice.Named) {
            assertEquals("person", response.toolCalls().getFirst().name());
            assertEquals(1, response.toolCalls().size());
          }
        }
      }
    }
  }

  @Test
  void tools_thatMayBeCalled_leaveTheModelItsText() {
    ChatRequest request =
        ChatModels.request(models.opened, "Hello", 60).withTools(ChatModels.TOOLS);
    for (ToolChoice choice : List.of(new ToolChoice.Auto(), new ToolChoice.None())) {
      ChatResponse response =
          models.opened.chat(request.withToolChoice(choice).withThinking(new Thinking.Budget(4)));
      assertFalse(response.text().isEmpty());
      assertEquals(List.of(), response.toolCalls());
    }
  }

  @Test
  void toolsAndFormats_thatContradictEachOther_areRefused() {
    ChatRequest request = models.tales.chatRequest("Hello");
    ChatRequest json =
        request.withOptions(o -> o.withResponseFormat(new ResponseFormat.JsonObject()));
    assertEquals(
        "an answer cannot be of the format JsonObject and call tools: choose no tools, or free text",
        ChatModels.refusal(() -> json.withTools(ChatModels.TOOLS)));
    ChatRequest none = json.withTools(ChatModels.TOOLS, new ToolChoice.None());
    assertEquals(new ResponseFormat.JsonObject(), none.answerFormat());
    assertEquals(
        "a tool must be called, but there is none",
        ChatModels.refusal(() -> request.withToolChoice(new ToolChoice.Required())));
    assertEquals(
        "there is no tool later, only [person, now]",
        ChatModels.refusal(
            () -> request.withTools(ChatModels.TOOLS, new ToolChoice.Named("later"))));
    assertEquals(
        "two tools have the same name, among [now, now]",
        ChatModels.refusal(
            () -> request.withTools(List.of(ChatModels.TOOLS.get(1), ChatModels.TOOLS.get(1)))));
    assertEquals(
        "a budget must be at least 0 tokens, not -1",
        ChatModels.refusal(() -> new Thinking.Budget(-1)));
    assertEquals(
        "the variable enable_thinking is set by the request's thinking, not here",
        ChatModels.refusal(() -> request.withVariables(Map.of("enable_thinking", true))));
    assertEquals(
        "the conversation has no messages",
        ChatModels.refusal(() -> models.tales.chat(models.tales.chatRequest())));
    ChatRequest unknown =
        request.withTools(List.of(new ToolSpec("f", "", "{\"not\":{}}")), new ToolChoice.Auto());
    assertEquals(
        "tool f, #/not: the keyword not is not supported",
        ChatModels.refusal(() -> models.tales.chat(unknown)));
  }

  @Test
  void callsThatWereMadeBefore_areCountedInTheNextId() {
    ChatRequest request =
        ChatModels.request(models.thinking, "Store somebody", 150)
            .withThinking(new Thinking.Off())
            .withTools(ChatModels.TOOLS, new ToolChoice.Named("person"));
    ChatResponse first = models.thinking.chat(request);
    assertEquals("call_0", first.toolCalls().getFirst().id());
    ChatResponse second =
        models.thinking.chat(
            request.plus(first.message(), new ChatMessage.Tool("call_0", "{\"stored\": true}")));
    assertEquals("call_1", second.toolCalls().getFirst().id());
  }

  @Test
  void callThatIsMalformed_staysInTheContent() {
    ChatRequest request = models.tales.chatRequest("?");
    ChatResponse malformed =
        models.dictated("<think>hm</think>So: <tool_calls>[{\"name\": now}]</tool_calls>", request);
    assertEquals("So: <tool_calls>[{\"name\": now}]</tool_calls>", malformed.text());
    assertEquals("hm", malformed.thinking());
    assertEquals(List.of(), malformed.toolCalls());
    assertEquals(FinishReason.STOP, malformed.finishReason());
    ChatResponse cut = models.dictated("<tool_calls>[{\"name\": \"now\", \"argu", request);
    assertEquals("<tool_calls>[{\"name\": \"now\", \"argu", cut.text());
    ChatResponse call =
        models.dictated(
            "<tool_calls>[{\"name\": \"now\", \"arguments\": {}}]</tool_calls>", request);
    assertEquals(List.of(new ToolCall("call_0", "now", "{}")), call.toolCalls());
    assertEquals(FinishReason.TOOL_CALLS, call.finishReason());
  }
}
