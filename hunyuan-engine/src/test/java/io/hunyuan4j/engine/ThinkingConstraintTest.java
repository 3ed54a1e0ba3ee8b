package io.hunyuan4j.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.hunyuan4j.text.InputSpecials;
import io.hunyuan4j.text.OutputSpecials;
import io.hunyuan4j.text.Tokenizer;
import io.hunyuan4j.text.chat.OutputParser.Start;
import io.hunyuan4j.text.grammar.ResponseFormat;
import java.io.IOException;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** What may come at each token, for outputs that somebody dictates. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ThinkingConstraintTest {
  private static final int VOCAB_SIZE = 4099; // more than the tokenizer has, and no multiple of 64
  private static final int STOP = 3887;
  private static final Set<Integer> STOPS = Set.of(STOP);
  private static final ResponseFormat YES = new ResponseFormat.Choices(List.of("yes"));

  private Tokenizer tokenizer;
  private CompiledFormats formats;

  @BeforeAll
  void open() throws IOException {
    tokenizer = Tokenizer.open(Models.tinyTales());
    formats = new CompiledFormats(tokenizer, STOPS, VOCAB_SIZE);
  }

  private ThinkingConstraint begin(
      Start start, Thinking thinking, @Nullable ResponseFormat format, int maxTokens) {
    ThinkingConstraint.AnswerFormat answer =
        format == null
            ? null
            : new ThinkingConstraint.AnswerFormat(formats.of(format), formats.fewestTokens(format));
    return new ThinkingConstraint(
        new ThinkingConstraint.Rules(tokenizer, VOCAB_SIZE, STOPS, start, thinking, answer),
        maxTokens);
  }

  private int[] ids(String text) {
    return tokenizer.encode(text, InputSpecials.AS_TEXT);
  }

  private static long[] mask(ThinkingConstraint constraint) {
    long[] allowed = new long[(VOCAB_SIZE + 63) / 64];
    constraint.mask(allowed);
    return allowed;
  }

  private static int allowed(ThinkingConstraint constraint) {
    int count = 0;
    for (long word : mask(constraint)) {
      count += Long.bitCount(word);
    }
    return count;
  }

  private static boolean allows(ThinkingConstraint constraint, int token) {
    return (mask(constraint)[token >> 6] & 1L << token) != 0;
  }

  private void dictate(ThinkingConstraint constraint, String text) {
    for (int id : ids(text)) {
      assertTrue(allows(constraint, id), text);
      constraint.accept(id);
    }
  }

  /** Takes tokens as long as there is just one. */
  private String forced(ThinkingConstraint constraint) {
    StringBuilder text = new StringBuilder();
    while (allowed(constraint) == 1 && !allows(constraint, STOP)) {
      for (int id = 0; id < VOCAB_SIZE; id++) {
        if (allows(constraint, id)) {
          constraint.accept(id);
          text.append(tokenizer.decode(new int[] {id}, OutputSpecials.SPELLED));
          break;
        }
      }
    }
    return text.toString();
  }

  @Test
  void budget_closesTheThinkingAfterSoManyTokens() {
    int[] thought = ids("the king was old and tired of war");
    ThinkingConstraint constraint =
        begin(Start.THINKING, new Thinking.Budget(thought.length), null, 100);
    for (int id : thought) {
      assertEquals(VOCAB_SIZE, allowed(constraint));
      constraint.accept(id);
    }
    assertEquals("\n</think>\n<answer>\n", forced(constraint));
    assertEquals(VOCAB_SIZE, allowed(constraint), "the answer is the model's own");
    assertFalse(constraint.mustEnd());
  }

  @Test
  void budget_countsFromTheTagThatTheModelWrites() {
    ThinkingConstraint constraint = begin(Start.ANYTHING, new Thinking.Budget(2), null, 100);
    dictate(constraint, "<think>");
    for (int id : ids(" a b")) {
      assertEquals(VOCAB_SIZE, allowed(constraint));
      constraint.accept(id);
    }
    assertEquals("\n</think>\n<answer>\n", forced(constraint));
  }

  @Test
  void budget_thatEndsInAHalfWrittenTag_completesIt() {
    for (int written = 1; written < "</think>".length(); written++) {
      String half = "</think>".substring(0, written);
      int[] thought = ids("so</wide " + half);
      for (ResponseFormat format : new ResponseFormat[] {null, YES}) {
        ThinkingConstraint constraint =
            begin(Start.THINKING, new Thinking.Budget(thought.length), format, 100);
        dictate(constraint, "so</wide " + half);
        assertEquals(thought.length, constraint.forcedClosing());
        String rest = forced(constraint);
        assertTrue(rest.startsWith("</think>".substring(written) + "\n<answer>\n"), rest);
      }
    }
  }

  @Test
  void closingTag_isCountedFromItsFirstCharacter() {
    ClosingTag tag = new ClosingTag("</think>");
    int[][] expected = {{0, 0}, {1, 0}, {2, 1}, {0, 0}, {2, 1}, {1, 1}, {3, 2}, {3, 3}, {8, 4}};
    String[] pieces = {"a", "b<", "/", "x", "</", "<", "/t", "", "hink>\n"};
    for (int i = 0; i < pieces.length; i++) {
      tag.append(pieces[i]);
      assertEquals(expected[i][0], tag.written(), "after piece " + i);
      assertEquals(expected[i][1], tag.tokens(), "after piece " + i);
    }
  }

  @Test
  void budgetOfNothing_closesAtOnce() {
    ThinkingConstraint opened = begin(Start.ANYTHING, new Thinking.Budget(0), null, 100);
    dictate(opened, "<think>");
    assertEquals("\n</think>\n<answer>\n", forced(opened));
    ThinkingConstraint given = begin(Start.THINKING, new Thinking.Budget(0), null, 100);
    assertEquals("\n</think>\n<answer>\n", forced(given));
    ThinkingConstraint off = begin(Start.THINKING, new Thinking.Off(), null, 100);
    assertEquals("\n</think>\n<answer>\n", forced(off));
  }

  @Test
  void answerWithoutThinking_isNotTouched() {
    ThinkingConstraint constraint = begin(Start.ANYTHING, new Thinking.Budget(1), null, 100);
    dictate(constraint, "No thoughts here, <think> is text by now.");
    assertEquals(VOCAB_SIZE, allowed(constraint));
    assertTrue(allows(constraint, STOP));
  }

  @Test
  void thinkingThatTheModelCloses_isFollowedByTheFormat() {
    ThinkingConstraint constraint = begin(Start.ANYTHING, new Thinking.On(), YES, 100);
    assertEquals("<think>\n", forced(constraint));
    assertFalse(allows(constraint, STOP), "an answer has to come");
    dictate(constraint, "well, yes\n</think>");
    assertEquals("\n<answer>\n", forced(constraint));
    assertTrue(constraint.answerStart() > ids("<think>\nwell, yes\n</think>").length);
    dictate(constraint, "yes");
    assertTrue(constraint.mustEnd());
  }

  @Test
  void formatWithoutThinking_isBehindTheTagOfAnAnswer() {
    for (ThinkingConstraint constraint :
        new ThinkingConstraint[] {
          begin(Start.ANSWER, new Thinking.Off(), YES, 100),
          begin(Start.ANYTHING, new Thinking.Off(), YES, 100)
        }) {
      assertEquals(Integer.MAX_VALUE, constraint.answerStart());
      dictate(constraint, "<answer>\n");
      assertEquals(ids("<answer>\n").length, constraint.answerStart());
      assertFalse(allows(constraint, ids("no")[0]));
    }
  }

  @Test
  void thinking_endsWhileTheShortestAnswerHasRoom() {
    int fewest = formats.fewestTokens(YES);
    int tags = ids("<think>\n").length + ids("\n</think>\n<answer>\n").length;
    int word = ids(" king")[0];
    ThinkingConstraint constraint =
        begin(Start.ANYTHING, new Thinking.Budget(1000), YES, tags + fewest + 7);
    assertEquals("<think>\n", forced(constraint));
    for (int i = 0; i < 7; i++) {
      assertTrue(allowed(constraint) > 1);
      constraint.accept(word);
    }
    String rest = forced(constraint);
    assertTrue(rest.startsWith("\n</think>\n<answer>\n"), rest);
    assertEquals(tags + 7, constraint.answerStart());
  }

  @Test
  void budgetThatNoAnswerFits_isRefused() {
    int fewest = formats.fewestTokens(YES);
    int tags = ids("<think>\n").length + ids("\n</think>\n<answer>\n").length;
    begin(Start.ANYTHING, new Thinking.On(), YES, tags + fewest);
    assertEquals(
        "the shortest answer of the format has %d tokens with the %d of its tags, but at most %d may be generated"
            .formatted(tags + fewest, tags, tags + fewest - 1),
        assertThrows(
                IllegalArgumentException.class,
                () -> begin(Start.ANYTHING, new Thinking.On(), YES, tags + fewest - 1))
            .getMessage());
  }
}
