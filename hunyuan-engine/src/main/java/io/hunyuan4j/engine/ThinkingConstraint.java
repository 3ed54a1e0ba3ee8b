package io.hunyuan4j.engine;

import io.hunyuan4j.core.generate.TokenConstraint;
import io.hunyuan4j.text.InputSpecials;
import io.hunyuan4j.text.Tokenizer;
import io.hunyuan4j.text.chat.OutputParser;
import io.hunyuan4j.text.chat.OutputParser.Start;
import io.hunyuan4j.text.chat.OutputSyntax;
import java.util.Arrays;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Keeps the thinking of one output short and leads from it to the answer. The model writes what it
 * likes until its thinking has as many tokens as it may; then the closing tag (what is missing of
 * it, if the model was about to write it) and the answer's opening one are all that may come, token
 * by token, and then the answer.
 *
 * <p>An answer of a format has to be told from what is before it. So where there is a format, the
 * output is one in which nothing is left open: {@code <think>}, thinking, {@code </think>}, {@code
 * <answer>}, a text of the format; and the thinking ends, budget or not, while the shortest text of
 * the format still has room.
 */
final class ThinkingConstraint implements TokenConstraint, ChatCollector.Landmarks {
  /** What a model's output looks like, in tokens, and what is asked of it. */
  static final class Rules {
    private final Tokenizer tokenizer;
    private final int vocabSize;
    private final Set<Integer> stopTokens;
    private final OutputSyntax syntax;
    private final Start start;
    private final Thinking thinking;
    private final @Nullable AnswerFormat format; // null: any text
    private final int[] opening;
    private final int[][] closings; // by how much of the closing tag the model has written
    private final int[] answer; // right behind the prompt
    private final int[] answerAfterClosing;

    Rules(
        Tokenizer tokenizer,
        int vocabSize,
        Set<Integer> stopTokens,
        Start start,
        Thinking thinking,
        @Nullable AnswerFormat format) {
      this.tokenizer = tokenizer;
      this.vocabSize = vocabSize;
      this.stopTokens = stopTokens;
      this.syntax = OutputSyntax.HUNYUAN;
      this.start = start;
      this.thinking = thinking;
      this.format = format;
      this.opening = ids(syntax.thinkOpen() + "\n");
      this.answer = ids(syntax.answerOpen() + "\n");
      this.answerAfterClosing = ids("\n" + syntax.answerOpen() + "\n");
      this.closings = new int[syntax.thinkClose().length()][];
      String behind = "\n" + syntax.answerOpen() + "\n";
      closings[0] = ids("\n" + syntax.thinkClose() + behind);
      for (int written = 1; written < closings.length; written++) {
        closings[written] = ids(syntax.thinkClose().substring(written) + behind);
      }
    }

    private int longestClosing() {
      return Arrays.stream(closings).mapToInt(ids -> ids.length).reduce(0, Math::max);
    }

    private int[] ids(String tags) {
      return tokenizer.encode(tags, InputSpecials.ALLOWED);
    }

    /** Whether there is nothing to see to: the model is left alone. */
    boolean areNone() {
      return format == null && budget() == Integer.MAX_VALUE;
    }

    private int budget() {
      return switch (thinking) {
        case Thinking.On() -> Integer.MAX_VALUE;
        // The prompt has closed it, or the model's template cannot say so and it is closed at once.
        case Thinking.Off() -> 0;
        case Thinking.Budget(int tokens) -> tokens;
      };
    }

    private boolean mayThink() {
      return switch (start) {
        case ANYTHING -> !(thinking instanceof Thinking.Off);
        case THINKING -> true;
        case ANSWER -> false;
      };
    }

    /** How many tokens of thinking leave room for the rest. */
    private int mostThinking(int maxTokens) {
      if (format == null) {
        return budget();
      }
      int tags = answer.length;
      if (mayThink()) {
        tags =
            Math.max(longestClosing(), answerAfterClosing.length); // the model may close it itself
        tags += start == Start.THINKING ? 0 : opening.length;
      }
      long room = (long) maxTokens - tags - format.fewestTokens();
      if (room < 0) {
        throw new IllegalArgumentException(
            "the shortest answer of the format has %d tokens with the %d of its tags, but at most %d may be generated"
                .formatted(tags + format.fewestTokens(), tags, maxTokens));
      }
      return (int) Math.min(budget(), room);
    }
  }

  /**
   * The format of an answer.
   *
   * @param texts begins its texts
   * @param fewestTokens of its shortest text
   */
  record AnswerFormat(TokenConstraint.Source texts, int fewestTokens) {}

  private enum Phase {
    FORCED,
    WATCHED,
    ANSWER
  }

  private static final int NOT_YET = Integer.MAX_VALUE;

  private final Rules rules;
  private final int maxTokens;
  private final int mostThinking;
  private final ChatText text;
  private final OutputParser watch;
  private Phase phase = Phase.WATCHED;
  private Phase afterForced = Phase.ANSWER;
  private int[] forced = new int[0];
  private int forcedAt;
  private int tokens;
  private int thought;
  private final ClosingTag written;
  private boolean opened;
  private int forcedClosing = NOT_YET;
  private int answerStart = NOT_YET;
  private @Nullable TokenConstraint answer; // of the format, once it has begun

  /**
   * Begins an output.
   *
   * @throws IllegalArgumentException if no text of the format has room in so many tokens
   */
  ThinkingConstraint(Rules rules, int maxTokens) {
    this.rules = rules;
    this.maxTokens = maxTokens;
    this.mostThinking = rules.mostThinking(maxTokens);
    this.text = new ChatText(rules.tokenizer, rules.syntax);
    this.watch = new OutputParser(rules.syntax, rules.start);
    this.written = new ClosingTag(rules.syntax.thinkClose());
    if (rules.format != null && !rules.mayThink()) {
      force(rules.answer, Phase.ANSWER);
    } else if (rules.format != null && rules.start == Start.ANYTHING) {
      force(rules.opening, Phase.WATCHED);
    } else {
      look();
    }
  }

  @Override
  public int forcedClosing() {
    return forcedClosing;
  }

  @Override
  public boolean isForced() {
    return phase == Phase.FORCED;
  }

  @Override
  public int answerStart() {
    return answerStart;
  }

  @Override
  public void mask(long[] allowed) {
    switch (phase) {
      case FORCED -> {
        Arrays.fill(allowed, 0);
        allow(allowed, forced[forcedAt]);
      }
      case WATCHED -> {
        allowAll(allowed);
        if (rules.format != null) {
          rules.stopTokens.forEach(token -> allowed[token >> 6] &= ~(1L << token));
        }
      }
      case ANSWER -> {
        if (answer == null) {
          allowAll(allowed);
        } else {
          answer.mask(allowed);
        }
      }
    }
  }

  private void allowAll(long[] allowed) {
    Arrays.fill(allowed, 0, rules.vocabSize >> 6, -1);
    for (int token = rules.vocabSize & ~63; token < rules.vocabSize; token++) {
      allow(allowed, token);
    }
  }

  private static void allow(long[] allowed, int token) {
    allowed[token >> 6] |= 1L << token;
  }

  @Override
  public void accept(int token) {
    tokens++;
    switch (phase) {
      case FORCED -> {
        watch.feed(text.append(token));
        forcedAt++;
        if (forcedAt == forced.length) {
          enter(afterForced);
        }
      }
      case WATCHED -> {
        String piece = text.append(token);
        if (watch.isThinking()) {
          thought++;
          written.append(piece);
        }
        watch.feed(piece);
        look();
      }
      case ANSWER -> {
        if (answer != null) {
          answer.accept(token);
        }
      }
    }
  }

  /** Looks whether the thinking, if it has begun, is over or has to be. */
  private void look() {
    if (watch.isThinking()) {
      opened = true;
      if (thought >= mostThinking) {
        forcedClosing = tokens;
        force(rules.closings[written.written()], Phase.ANSWER);
      }
    } else if (opened && rules.format == null) {
      enter(Phase.ANSWER);
    } else if (opened) {
      force(rules.answerAfterClosing, Phase.ANSWER);
    }
  }

  private void force(int[] ids, Phase next) {
    forced = ids;
    forcedAt = 0;
    phase = Phase.FORCED;
    afterForced = next;
  }

  private void enter(Phase next) {
    phase = next;
    if (next == Phase.WATCHED) {
      look();
    } else if (rules.format != null) {
      answerStart = tokens;
      answer = rules.format.texts().begin(maxTokens - tokens);
    }
  }

  @Override
  public boolean mustEnd() {
    return phase == Phase.ANSWER && answer != null && answer.mustEnd();
  }

  @Override
  public boolean mayEnd() {
    return phase == Phase.ANSWER && answer != null && answer.mayEnd();
  }
}
