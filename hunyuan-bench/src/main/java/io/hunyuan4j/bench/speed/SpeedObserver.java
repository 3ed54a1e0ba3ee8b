package io.hunyuan4j.bench.speed;

import java.util.List;

/** Told what a {@link SpeedRun} does and finds, on the thread that runs it. */
public interface SpeedObserver {

  /** Something that takes a while begins, for example {@code Measuring 2 threads}. */
  Stage begin(String what);

  /** What the machine can do: comes first, by ascending number of threads. */
  void limits(List<Limits> limits);

  /** A test is done. */
  void row(SpeedRow row);

  /** Something that takes a while. */
  interface Stage extends AutoCloseable {
    /** It is over. */
    @Override
    void close();
  }
}
