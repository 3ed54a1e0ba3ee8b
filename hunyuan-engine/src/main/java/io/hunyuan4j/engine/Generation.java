package io.hunyuan4j.engine;

/** A generation that runs in the background. */
public final class Generation {
  private final Background<GeneratedText> background;

  Generation(Background<GeneratedText> background) {
    this.background = background;
  }

  /**
   * Ends it within one token; its result then says so. Safe from any thread, also from the
   * listener.
   */
  public void cancel() {
    background.cancel();
  }

  /** Whether it has ended. */
  public boolean isDone() {
    return background.isDone();
  }

  /**
   * Waits for the end.
   *
   * @throws IllegalStateException if its own listener asks
   * @throws RuntimeException what the generation or its listener threw
   */
  public GeneratedText result() {
    return background.result();
  }
}
