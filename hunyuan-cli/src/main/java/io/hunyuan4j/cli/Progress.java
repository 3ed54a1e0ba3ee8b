package io.hunyuan4j.cli;

import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.LongFunction;

/**
 * A line on a terminal that says what takes so long, from its second second on; nothing where
 * nobody watches.
 */
final class Progress implements AutoCloseable {
  private static final int BAR_WIDTH = 20;
  private static final String CLEAR_LINE = "\r\u001b[K";

  private final Consumer<String> out;
  private final String what;
  private final LongFunction<String> amount;
  private final Thread thread;
  private double done = Double.NaN;
  private double total;
  private boolean closed;
  private boolean shown;

  private Progress(
      boolean isWatched, Consumer<String> out, String what, LongFunction<String> amount) {
    this.out = out;
    this.what = what;
    this.amount = amount;
    this.thread = Thread.ofPlatform().daemon().name("hunyuan-progress").unstarted(this::show);
    if (isWatched) {
      thread.start();
    }
  }

  /** Begins, with a text such as {@code Reading the prompt}; amounts are bytes. */
  static Progress of(Host host, String what) {
    return new Progress(host.errIsTerminal(), text -> print(host, text), what, Amounts::bytes);
  }

  /** Begins, for amounts of {@code units}, such as {@code tokens}. */
  static Progress counting(Host host, String what, String units) {
    return counting(host.errIsTerminal(), text -> print(host, text), what, units);
  }

  /**
   * The same on a terminal of the caller's.
   *
   * @param out prints text at once
   */
  static Progress counting(boolean isWatched, Consumer<String> out, String what, String units) {
    return new Progress(isWatched, out, what, amount -> Amounts.count(amount) + " " + units);
  }

  private static void print(Host host, String text) {
    host.err().print(text);
    host.err().flush();
  }

  private void show() {
    long start = System.nanoTime();
    try {
      while (true) {
        Thread.sleep(1000);
        synchronized (this) {
          if (closed) {
            return;
          }
          long seconds = TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - start);
          out.accept(CLEAR_LINE + what + " … " + bar(seconds));
          shown = true;
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt(); // closed
    }
  }

  /** Tells how much is done, of how much in all: the line then has a bar. */
  synchronized void reached(long newDone, long newTotal) {
    done = newDone;
    total = newTotal;
  }

  private String bar(long seconds) {
    if (!(done > 0) || done > total) {
      return seconds + " s";
    }
    int full = (int) (BAR_WIDTH * done / total);
    return "[%s%s] %2.0f %% of %s, %d s, about %.0f s left"
        .formatted(
            "#".repeat(full),
            "-".repeat(BAR_WIDTH - full),
            100 * done / total,
            amount.apply((long) total),
            seconds,
            seconds * (total - done) / done);
  }

  /** Removes the line. Closing again does nothing. */
  @Override
  public synchronized void close() {
    if (!closed && shown) {
      out.accept(CLEAR_LINE);
    }
    closed = true;
    thread.interrupt();
  }
}
