package io.hunyuan4j.core;

import io.hunyuan4j.core.hunyuan.HunyuanArchitecture;
import java.util.List;

/** The architectures this version knows. A new one is one more line here. */
public final class Architectures {
  private static final List<Architecture> ALL = List.of(new HunyuanArchitecture());

  private Architectures() {}

  /**
   * The architecture that a configuration's {@code model_type} names.
   *
   * @throws UnsupportedModelException if there is none, naming those that are known
   */
  public static Architecture of(ConfigSource config) {
    String modelType = config.text("model_type");
    return ALL.stream()
        .filter(architecture -> architecture.modelTypes().contains(modelType))
        .findFirst()
        .orElseThrow(
            () ->
                new UnsupportedModelException(
                    "model_type \"%s\" is not supported; known are %s"
                        .formatted(
                            modelType,
                            ALL.stream().flatMap(a -> a.modelTypes().stream()).toList())));
  }
}
