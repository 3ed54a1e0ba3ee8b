package io.hunyuan4j.bench.speed;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.util.OptionalLong;

/** Counts what all threads together allocate on the Java heap between start and stop. */
final class AllocationMeter {
  private final ThreadMXBean threads = ManagementFactory.getPlatformMXBean(ThreadMXBean.class);
  private final boolean counts =
      threads.isThreadAllocatedMemorySupported() && threads.isThreadAllocatedMemoryEnabled();
  private long started;
  private long total;

  void start() {
    started = now();
  }

  void stop() {
    total += now() - started;
  }

  /** The sum over all times between start and stop; empty where the JVM does not count. */
  OptionalLong bytes() {
    return counts ? OptionalLong.of(total) : OptionalLong.empty();
  }

  private long now() {
    return counts ? threads.getTotalThreadAllocatedBytes() : 0;
  }
}
