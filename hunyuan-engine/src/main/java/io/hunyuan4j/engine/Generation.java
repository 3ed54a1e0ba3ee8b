package io.hunyuan4j.engine;

import io.hunyuan4j.core.generate.Cancellation;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Supplier;

/** A generation that runs in the background. */
public final class Generation {
  private final CompletableFuture<GeneratedText> future;
  private final Cancellation cancellation;

  private Generation(CompletableFuture<GeneratedText> future, Cancellation cancellation) {
    this.future = future;
    this.cancellation = cancellation;
  }

  /** Runs {@code work} on a thread of its own, with the switch that cancels it. */
  static Generation start(Cancellation cancellation, Supplier<GeneratedText> work) {
    CompletableFuture<GeneratedText> future = new CompletableFuture<>();
    Thread.ofPlatform()
        .daemon()
        .name("hunyuan-generate")
        .start(
            () -> {
              try {
                future.complete(work.get());
              } catch (Throwable t) {
                future.completeExceptionally(t); // result() throws it to whoever waits
              }
            });
    return new Generation(future, cancellation);
  }

  /**
   * Ends it within one token; its result then says so. Safe from any thread, also from the
   * listener.
   */
  public void cancel() {
    cancellation.cancel();
  }

  /** Whether it has ended. */
  public boolean isDone() {
    return future.isDone();
  }

  /**
   * Waits for the end.
   *
   * @throws RuntimeException what the generation or its listener threw
   */
  public GeneratedText result() {
    try {
      return future.join();
    } catch (CompletionException e) {
      switch (e.getCause()) {
        case RuntimeException cause -> throw cause;
        case Error cause -> throw cause;
        case null, default -> throw e;
      }
    }
  }
}
