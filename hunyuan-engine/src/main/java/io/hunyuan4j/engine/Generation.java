package io.hunyuan4j.engine;

import io.hunyuan4j.core.generate.Cancellation;
import java.util.function.Function;

/** A generation that runs in the background. */
public final class Generation {
  private final Background<GeneratedText> background;

  private Generation(Background<GeneratedText> background) {
    this.background = background;
  }

  /** Runs {@code work} on a thread of its own, with the switch that cancels it. */
  static Generation start(Cancellation cancellation, Function<Cancellation, GeneratedText> work) {
    return new Generation(Background.start(cancellation, work));
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
  public GeneratedText result() {
    return background.result();
  }
}
