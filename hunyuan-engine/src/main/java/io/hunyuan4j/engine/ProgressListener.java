package io.hunyuan4j.engine;

/** Hears how far a long task is. What it throws ends the task. */
@FunctionalInterface
public interface ProgressListener {

  /**
   * Called in the task's thread, now and then and at the end, with how much is done of how much in
   * all: bytes of weights, or tokens of a text.
   */
  void onProgress(long done, long total);
}
