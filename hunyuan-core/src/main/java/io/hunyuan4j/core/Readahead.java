package io.hunyuan4j.core;

import io.hunyuan4j.kernels.Matrix;
import java.util.List;

/** Brings weights that may still be on disk into memory before they are used. */
@FunctionalInterface
public interface Readahead {

  /**
   * Says which weights are used next, in that order, and returns at once. A later call takes the
   * place of an earlier one. Only a hint: weights are read when they are touched, whatever becomes
   * of it.
   */
  void willNeed(List<Matrix> weights);
}
