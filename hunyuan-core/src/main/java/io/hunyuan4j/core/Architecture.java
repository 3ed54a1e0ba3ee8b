package io.hunyuan4j.core;

import io.hunyuan4j.kernels.Kernels;
import java.util.List;

/** A family of models: what its configuration means, and how to build one from weights. */
public interface Architecture {

  /** The values of {@code model_type} it answers to. */
  List<String> modelTypes();

  /** A model's sizes from its configuration, which is checked as for {@link #build}. */
  ModelShape shape(ConfigSource config);

  /**
   * Whether a tensor of the checkpoint may stay unused: what a layer holds may not, or the model
   * would compute something else in silence.
   */
  boolean mayLeaveUnused(String tensor);

  /** What the tensor of that published name is for; {@link TensorRole#OTHER} for unknown ones. */
  TensorRole role(String tensor);

  /** A model over the given weights, which must stay valid as long as it. */
  LanguageModel build(ConfigSource config, WeightSource weights, Kernels kernels);
}
