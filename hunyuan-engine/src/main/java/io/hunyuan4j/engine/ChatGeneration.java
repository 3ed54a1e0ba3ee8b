package io.hunyuan4j.engine;

/** An answer that is generated in the background. */
public final class ChatGeneration {
  private final Background<ChatResponse> background;

  ChatGeneration(Background<ChatResponse> background) {
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
  public ChatResponse result() {
    return background.result();
  }
}
