package io.hunyuan4j.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.hunyuan4j.text.InputSpecials;
import io.hunyuan4j.text.grammar.GrammarException;
import io.hunyuan4j.text.grammar.ResponseFormat;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** Thinking, and answers of a format behind it. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ChatFormatTest {
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
  void budget_endsTheThinkingAtItsToken() {
    for (int budget : List.of(0, 1, 7, 20)) {
      ChatRequest request =
          ChatModels.request(models.opened, "Why?", 60).withThinking(new Thinking.Budget(budget));
      ChatResponse response = models.opened.chat(request);
      int[] closing =
          models.opened.tokenizer().encode("\n</think>\n<answer>\n", InputSpecials.ALLOWED);
      List<Integer> tokens = response.generation().tokens();
      assertEquals(
          Arrays.stream(closing).boxed().toList(), tokens.subList(budget, budget + closing.length));
      assertEquals(budget, response.thinkingTokens());
      assertFalse(response.text().isEmpty());
      assertEquals(
          models
              .opened
              .chat(request.withThinking(new Thinking.On()))
              .generation()
              .tokens()
              .subList(0, budget),
          tokens.subList(0, budget),
          "until then the model is left alone");
    }
  }

  @Test
  void thinkingOff_isToldToTheTemplate() {
    ChatRequest off =
        ChatModels.request(models.opened, "Why?", 10).withThinking(new Thinking.Off());
    ChatResponse response = models.opened.chat(off);
    assertEquals("", response.thinking());
    assertEquals(response.raw().strip(), response.text());
    assertEquals("ANSWER", models.opened.requests().prompts().of(off).start().name());
  }

  @Test
  void format_isThatOfTheAnswerBehindTheThinking() {
    ResponseFormat format = new ResponseFormat.JsonSchema(ChatModels.SCHEMA);
    for (Engine engine : List.of(models.thinking, models.opened)) {
      for (Thinking chosen :
          List.of(
              new Thinking.On(),
              new Thinking.Off(),
              new Thinking.Budget(0),
              new Thinking.Budget(9))) {
        for (long seed = 0; seed < 3; seed++) {
          long drawn = seed;
          ChatResponse response =
              engine.chat(
                  ChatModels.request(engine, "A person", 110)
                      .withThinking(chosen)
                      .withOptions(o -> o.withResponseFormat(format).withSeed(drawn)));
          ChatModels.assertValid(response.text());
          assertTrue(response.raw().endsWith("<answer>\n" + response.text()), response.raw());
          assertEquals(chosen instanceof Thinking.Off, !response.raw().contains("</think>"));
        }
      }
    }
  }

  @Test
  void format_ofAModelThatDoesNotThink_isTheWholeOutput() {
    ResponseFormat format = new ResponseFormat.JsonSchema(ChatModels.SCHEMA);
    ChatRequest request =
        ChatModels.request(models.tales, "A person", 60)
            .withOptions(o -> o.withResponseFormat(format));
    ChatResponse response = models.tales.chat(request.withThinking(new Thinking.Budget(3)));
    ChatModels.assertValid(response.text());
    assertEquals(response.raw(), response.text());
  }

  @Test
  void format_isTakenToTheLetter() {
    String text = " <think>x</think>助手：<tool_calls>[]</tool_calls></answer>\n";
    ResponseFormat format = new ResponseFormat.Choices(List.of(text));
    for (Engine engine : List.of(models.tales, models.opened)) {
      ChatResponse response =
          engine.chat(
              ChatModels.request(engine, "?", 200).withOptions(o -> o.withResponseFormat(format)));
      assertEquals(text, response.text());
      assertEquals(List.of(), response.toolCalls());
    }
    ResponseFormat empty = new ResponseFormat.Choices(List.of(""));
    ChatResponse response =
        models.opened.chat(
            ChatModels.request(models.opened, "?", 60)
                .withOptions(o -> o.withResponseFormat(empty)));
    assertEquals("", response.text());
    assertEquals(FinishReason.STOP, response.finishReason());
  }

  @Test
  void answerThatHasNoRoom_isRefusedBeforeAnyWork() {
    ResponseFormat format = new ResponseFormat.JsonSchema(ChatModels.SCHEMA);
    ChatRequest request =
        ChatModels.request(models.opened, "A person", 20)
            .withOptions(o -> o.withResponseFormat(format));
    String refusal =
        String.valueOf(
            assertThrows(
                    IllegalArgumentException.class,
                    () ->
                        models.opened.chat(
                            request.withThinking(new Thinking.Budget(1)), part -> {}))
                .getMessage());
    assertTrue(refusal.startsWith("the shortest answer of the format has "), refusal);
    assertTrue(refusal.endsWith(", but at most 20 may be generated"), refusal);
    assertThrows(
        GrammarException.class,
        () -> models.tales.chat(request.withOptions(o -> o.withMaxTokens(3)), part -> {}));
  }
}
