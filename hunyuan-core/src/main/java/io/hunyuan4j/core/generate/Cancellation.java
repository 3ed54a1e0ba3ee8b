package io.hunyuan4j.core.generate;

/** A switch that ends a generation from another thread, within one token. It stays thrown. */
public final class Cancellation {
  private volatile boolean cancelled;

  /** A switch not yet thrown. */
  public Cancellation() {}

  /** Ends every generation that was given this switch. */
  public void cancel() {
    cancelled = true;
  }

  /** Whether {@link #cancel} was called. */
  public boolean isCancelled() {
    return cancelled;
  }
}
