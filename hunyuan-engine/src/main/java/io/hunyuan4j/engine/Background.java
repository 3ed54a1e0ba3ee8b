package io.hunyuan4j.engine;

import io.hunyuan4j.core.generate.Cancellation;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Work on a thread of its own that can be cancelled. */
final class Background<T> {
  private final CompletableFuture<T> future = new CompletableFuture<>();
  private final Cancellation cancellation;
  private volatile @Nullable Thread thread; // that does it

  private Background(Cancellation cancellation) {
    this.cancellation = cancellation;
  }

  /** Runs {@code work} with the switch that cancels it. */
  static <T> Background<T> start(Cancellation cancellation, Supplier<T> work) {
    Background<T> background = new Background<>(cancellation);
    Thread.ofPlatform()
        .daemon()
        .name("hunyuan-generate")
        .start(
            () -> {
              background.thread = Thread.currentThread();
              try {
                background.future.complete(work.get());
              } catch (Throwable t) {
                background.future.completeExceptionally(t); // result() throws it to whoever waits
              }
            });
    return background;
  }

  void cancel() {
    cancellation.cancel();
  }

  boolean isDone() {
    return future.isDone();
  }

  /** Waits for the end, whatever it is. */
  void await() {
    future.handle((_, _) -> true).join();
  }

  T result() {
    if (Thread.currentThread() == thread) {
      throw new IllegalStateException("a listener cannot wait for the end of what it listens to");
    }
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
