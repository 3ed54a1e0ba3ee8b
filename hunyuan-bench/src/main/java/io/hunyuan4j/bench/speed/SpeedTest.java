package io.hunyuan4j.bench.speed;

/** One thing to measure on a model, named as llama-bench does. */
public sealed interface SpeedTest {

  /** Tokens that the measured part processes, at least 1. */
  int tokens();

  /** Tokens that are in each session before. */
  int depth();

  /** Sessions that take part. */
  default int sequences() {
    return 1;
  }

  /** Positions that each session needs. */
  default int positions() {
    return depth() + tokens() / sequences();
  }

  /** Its name without the depth, for example {@code pp512}. */
  String kind();

  /** Its name, for example {@code tg128 @ d4096}. */
  default String label() {
    return depth() == 0 ? kind() : "%s @ d%d".formatted(kind(), depth());
  }

  /** A prompt, in calls of the size that generation uses. */
  record Prefill(int tokens, int depth) implements SpeedTest {
    @Override
    public String kind() {
      return "pp" + tokens;
    }
  }

  /** Tokens one by one. */
  record Decode(int tokens, int depth) implements SpeedTest {
    @Override
    public String kind() {
      return "tg" + tokens;
    }
  }

  /** Tokens one by one in several sessions, which share every pass. */
  record Together(@Override int sequences, int steps, int depth) implements SpeedTest {
    @Override
    public int tokens() {
      return Math.multiplyExact(sequences, steps);
    }

    @Override
    public String kind() {
      return "%d x tg%d".formatted(sequences, steps);
    }
  }

  /** Tokens of a text that repeats itself, with so many guesses at once; 0: none. */
  record Repeating(int tokens, int guesses, int depth) implements SpeedTest {
    @Override
    public int positions() {
      return depth + RepeatingText.PASSAGE + 1 + tokens;
    }

    @Override
    public String kind() {
      return guesses == 0 ? "rep" + tokens : "rep%d g%d".formatted(tokens, guesses);
    }
  }
}
