package io.hunyuan4j.bench;

import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.hunyuan4j.kernels.Bf16Matrix;
import io.hunyuan4j.kernels.Parallel;
import io.hunyuan4j.loader.Dtype;
import io.hunyuan4j.loader.SafetensorsWriter;
import io.hunyuan4j.loader.TensorSpec;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/**
 * A synthetic checkpoint as files: {@code config.json} and {@code model.safetensors} in BF16, the
 * same numbers as a {@link SyntheticCheckpoint} of that seed has in memory. There is no vocabulary.
 */
public final class SyntheticFolder {
  private static final String CONFIG = "config.json";
  private static final String WEIGHTS = "model.safetensors";
  private static final short ONE = 0x3F80;

  private SyntheticFolder() {}

  /**
   * Writes it, one tensor after the other, so that it may be larger than memory.
   *
   * @param folder made if it is not there; must have neither file
   * @param seed start of the random numbers
   * @param parallel threads that make them
   * @throws IllegalArgumentException if one of the files is there
   */
  public static void write(Path folder, SyntheticShape shape, long seed, Parallel parallel)
      throws IOException {
    Files.createDirectories(folder);
    for (String name : List.of(CONFIG, WEIGHTS)) {
      if (Files.exists(folder.resolve(name))) {
        throw new IllegalArgumentException("%s already has a %s".formatted(folder, name));
      }
    }
    Map<String, List<Integer>> tensors = shape.tensors();
    List<TensorSpec> specs = new ArrayList<>();
    tensors.forEach(
        (name, sizes) ->
            specs.add(
                new TensorSpec(name, Dtype.BF16, sizes.stream().map(Integer::longValue).toList())));
    try (SafetensorsWriter writer =
        SafetensorsWriter.create(folder.resolve(WEIGHTS), specs, Map.of("format", "pt"))) {
      for (Map.Entry<String, List<Integer>> tensor : tensors.entrySet()) {
        try (Arena arena = Arena.ofShared()) {
          SyntheticWeights weights = new SyntheticWeights(tensors, seed, arena, parallel);
          writer.append(tensor.getKey(), bytes(weights, tensor.getKey(), tensor.getValue()));
        }
      }
      writer.finish();
    }
    JsonMapper json =
        JsonMapper.builder()
            .enable(
                SerializationFeature.INDENT_OUTPUT, SerializationFeature.ORDER_MAP_ENTRIES_BY_KEYS)
            .build();
    json.writeValue(folder.resolve(CONFIG).toFile(), shape.config());
  }

  private static MemorySegment bytes(SyntheticWeights weights, String name, List<Integer> sizes) {
    if (sizes.size() == 2) {
      Bf16Matrix matrix = weights.matrix(name, sizes.get(0), sizes.get(1));
      return matrix.data();
    }
    short[] ones = new short[sizes.getFirst()];
    Arrays.fill(ones, ONE);
    return MemorySegment.ofArray(ones);
  }
}
