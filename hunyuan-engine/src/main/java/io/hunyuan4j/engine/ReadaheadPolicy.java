package io.hunyuan4j.engine;

/**
 * When the weights of chosen experts are asked for ahead of use, by a thread of its own. It costs
 * time where they already are in memory, and saves time where they come from disk.
 */
public enum ReadaheadPolicy {
  /** Where the checkpoint's tensors are larger than nine tenths of the machine's memory. */
  AUTO,
  /** In any case. */
  ALWAYS,
  /** Weights are read when they are touched. */
  NEVER;

  boolean applies(long tensorBytes, long physicalBytes) {
    return switch (this) {
      case AUTO -> tensorBytes > physicalBytes / 10 * 9;
      case ALWAYS -> true;
      case NEVER -> false;
    };
  }
}
