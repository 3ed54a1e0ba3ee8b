package io.hunyuan4j.text.grammar;

/** How much {@link Endings} may still find out. */
final class EndingsLimit {
  /** Steps, a second or two; what is known by then is never more than it should be, and stays. */
  private static final long MAX_WORK = 100_000_000;

  /** What is kept of places, likewise. */
  private static final long MAX_BYTES = 64L << 20;

  private final Recognizer recognizer;
  private long work;
  private long bytes;

  /**
   * Nothing is done yet.
   *
   * @param recognizer whose steps count too
   */
  EndingsLimit(Recognizer recognizer) {
    this.recognizer = recognizer;
  }

  void take(long steps) {
    work += steps;
  }

  void keep(long furtherBytes) {
    bytes += furtherBytes;
  }

  /** Whether a further thing may be found out before it is asked for: little is done so far. */
  boolean leavesMuch() {
    return work + recognizer.steps() < MAX_WORK / 10 && bytes < MAX_BYTES / 4;
  }

  /** Whether nothing more may be found out. */
  boolean isReached() {
    return work + recognizer.steps() > MAX_WORK || bytes > MAX_BYTES;
  }
}
