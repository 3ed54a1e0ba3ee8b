package io.hunyuan4j.engine;

import io.hunyuan4j.core.generate.Cancellation;
import java.util.function.Function;

/** An answer that is generated in the background. */
public final class ChatGeneration {
  private final Background<ChatResponse> background;

  private ChatGeneration(Background<ChatResponse> background) {
    this.background = background;
  }

  /** Runs {@code work} on a thread of its own, with the switch that cancels it. */
  static ChatGeneration start(
      Cancellation cancellation, Function<Cancellation, ChatResponse> work) {
    return new ChatGeneration(Background.start(cancellation, work));
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
   * @throws RuntimeException what the generation or its listener threw
   */
  public ChatResponse result() {
    return background.result();
  }
}
