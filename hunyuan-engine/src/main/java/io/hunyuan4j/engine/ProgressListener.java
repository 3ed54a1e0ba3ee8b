package io.hunyuan4j.engine;

/** Hears how far a long task is. What it throws ends the task. */
@FunctionalInterface
public interface ProgressListener {

  /** Called in the task's thread, now and then and at the end. */
  void onProgress(long doneBytes, long totalBytes);
}
