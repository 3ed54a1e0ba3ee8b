package io.hunyuan4j.engine;

import io.hunyuan4j.loader.Checkpoint;
import io.hunyuan4j.loader.Dtype;
import io.hunyuan4j.loader.SafetensorsWriter;
import io.hunyuan4j.loader.TensorSpec;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Random;

/** A small dense checkpoint of random weights that speaks the bundled model's vocabulary. */
final class RandomCheckpoint {
  private static final long VOCAB_SIZE = 4096;

  private RandomCheckpoint() {}

  /** Writes it into an empty folder. */
  static void create(Path folder, long seed) throws IOException {
    Path shape = Models.folder().resolve("golden/dense-v1");
    for (String name : List.of("hy.tiktoken", "generation_config.json", "tokenizer_config.json")) {
      Files.copy(Models.tinyTales().resolve(name), folder.resolve(name));
    }
    String config = Files.readString(shape.resolve("config.json"));
    Files.writeString(
        folder.resolve("config.json"),
        config.replace("\"vocab_size\": 384", "\"vocab_size\": " + VOCAB_SIZE));
    try (Checkpoint source = Checkpoint.open(shape)) {
      List<TensorSpec> specs =
          source.weightEntries().stream()
              .map(entry -> new TensorSpec(entry.name(), Dtype.F32, widened(entry.shape())))
              .toList();
      write(folder.resolve("model.safetensors"), specs, new Random(seed));
    }
  }

  private static List<Long> widened(List<Long> shape) {
    return shape.getFirst() == 384 ? List.of(VOCAB_SIZE, shape.getLast()) : shape;
  }

  private static void write(Path file, List<TensorSpec> specs, Random random) throws IOException {
    try (SafetensorsWriter writer = SafetensorsWriter.create(file, specs, Map.of())) {
      for (TensorSpec spec : specs) {
        float[] values = new float[(int) (spec.byteSize() / Float.BYTES)];
        for (int i = 0; i < values.length; i++) {
          values[i] = 0.2f * (float) random.nextGaussian();
        }
        writer.append(spec.name(), values);
      }
      writer.finish();
    }
  }
}
