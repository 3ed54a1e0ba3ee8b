package io.hunyuan4j.engine;

import io.hunyuan4j.loader.Checkpoint;
import io.hunyuan4j.loader.SafetensorsWriter;
import io.hunyuan4j.loader.TensorSpec;
import io.hunyuan4j.loader.WeightEntry;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** A checkpoint with {@code qkv_proj} and {@code gate_and_up_proj} in place of their parts. */
final class FusedCheckpoint {
  private final Checkpoint source;
  private final Map<String, WeightEntry> left = new LinkedHashMap<>();
  private final List<TensorSpec> specs = new ArrayList<>();
  private final Map<String, List<MemorySegment>> contents = new LinkedHashMap<>();

  private FusedCheckpoint(Checkpoint source) {
    this.source = source;
    source.weightEntries().forEach(entry -> left.put(entry.name(), entry));
  }

  /** Writes it into a new folder, from a checkpoint that has the parts. */
  static void create(Path from, Path to) throws IOException {
    Files.createDirectories(to);
    Files.copy(from.resolve("config.json"), to.resolve("config.json"));
    try (Checkpoint source = Checkpoint.open(from)) {
      new FusedCheckpoint(source).write(to.resolve("model.safetensors"));
    }
  }

  private void write(Path file) throws IOException {
    int heads = source.config().integer("num_key_value_heads");
    for (String name : List.copyOf(left.keySet())) {
      if (name.endsWith(".up_proj.weight")) {
        fuse(name, "up_proj", "gate_and_up_proj", 1, List.of("up_proj", "gate_proj"));
      } else if (name.endsWith(".k_proj.weight")) {
        fuse(name, "k_proj", "qkv_proj", heads, List.of("q_proj", "k_proj", "v_proj"));
      }
    }
    for (WeightEntry entry : left.values()) {
      add(new TensorSpec(entry.name(), entry.stored().dtype(), entry.shape()), entry);
    }
    try (SafetensorsWriter writer = SafetensorsWriter.create(file, specs, Map.of())) {
      for (Map.Entry<String, List<MemorySegment>> tensor : contents.entrySet()) {
        for (MemorySegment piece : tensor.getValue()) {
          writer.append(tensor.getKey(), piece);
        }
      }
      writer.finish();
    }
  }

  private void add(TensorSpec spec, WeightEntry entry) {
    specs.add(spec);
    contents.put(spec.name(), List.of(source.data(entry)));
  }

  /** Takes parts away and adds their rows, cut into groups, group after group. */
  private void fuse(String name, String part, String whole, int groups, List<String> parts) {
    List<WeightEntry> entries =
        parts.stream()
            .map(other -> Objects.requireNonNull(left.remove(name.replace(part, other))))
            .toList();
    List<MemorySegment> rows = new ArrayList<>();
    for (int group = 0; group < groups; group++) {
      for (WeightEntry entry : entries) {
        long bytes = entry.stored().byteSize() / groups;
        rows.add(source.data(entry).asSlice(group * bytes, bytes));
      }
    }
    long total = entries.stream().mapToLong(entry -> entry.shape().getFirst()).sum();
    WeightEntry first = entries.getFirst();
    String fused = name.replace(part, whole);
    specs.add(TensorSpec.of(fused, first.stored().dtype(), total, first.shape().getLast()));
    contents.put(fused, rows);
  }
}
