package io.hunyuan4j.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.hunyuan4j.core.generate.StopReason;
import io.hunyuan4j.text.InputSpecials;
import io.hunyuan4j.text.chat.OutputPart;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** What of an output is thinking, and what its tags. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ThinkingCountTest {
  private Engine opened;

  @BeforeAll
  void open(@TempDir Path folder) throws IOException {
    ThinkingModel.create(folder, ThinkingModel.Opening.BY_THE_PROMPT);
    opened = Engine.open(folder);
  }

  @AfterAll
  void close() {
    opened.close();
  }

  private int count(String text) {
    return opened.tokenizer().encode(text, InputSpecials.AS_TEXT).length;
  }

  @Test
  void closingTagThatIsCutOff_isNoThinking() {
    int budget = 7;
    ChatRequest request = opened.chatRequest("Why?").withThinking(new Thinking.Budget(budget));
    String thought = opened.chat(request.withOptions(o -> o.withMaxTokens(budget + 30))).thinking();
    for (int more = 0; more <= count("\n</think>\n<answer>\n"); more++) {
      int most = budget + more;
      StringBuilder told = new StringBuilder();
      ChatResponse response =
          opened
              .chat(
                  request.withOptions(o -> o.withMaxTokens(most)),
                  part -> {
                    if (part instanceof OutputPart.Thinking thinking) {
                      told.append(thinking.text());
                    }
                  })
              .result();
      assertEquals(thought, response.thinking().stripTrailing(), "with " + most + " tokens");
      assertEquals(response.thinking(), told.toString());
      assertEquals(budget, response.thinkingTokens());
      assertEquals("", response.text());
      assertEquals(most, response.generatedTokens());
    }
  }

  @Test
  void tagThatTheModelWrites_isNotCounted() {
    Dictation dictation = new Dictation(opened);
    ChatRequest request = opened.chatRequest("?");
    for (String thought : List.of("", "\nwell", "\na < b and a </b>\n")) {
      String said = "<think>" + thought;
      int tokens = count(said) - count("<think>");
      ChatResponse whole = dictation.of(said + "</think>yes", request);
      assertEquals("yes", whole.text());
      assertEquals(count(said + "</think>yes"), whole.generatedTokens());
      assertEquals(thought.strip(), whole.thinking());
      assertEquals(tokens, whole.thinkingTokens(), thought);
      for (StopReason end : List.of(StopReason.MAX_TOKENS, StopReason.CANCELLED)) {
        ChatResponse cut = dictation.of(said + "</thi", request, end);
        assertEquals(thought.strip(), cut.thinking());
        assertEquals(tokens, cut.thinkingTokens(), thought);
      }
    }
    assertEquals("a </thi", dictation.of("<think>a </thi", request).thinking());
    assertEquals("a <", dictation.of("<think>a <", request, StopReason.MAX_TOKENS).thinking());
  }
}
