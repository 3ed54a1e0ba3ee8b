package io.hunyuan4j.loader;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** Small checkpoints, written byte by byte so that they can be wrong in every way. */
final class TinyCheckpoint {
  static final String CONFIG =
      "{\"model_type\": \"hunyuan\", \"hidden_size\": 3, \"rope_scaling\": {\"alpha\": 1000.0}}";

  /** Two tensors in 32 bytes: F32 [2, 3] and BF16 [4]. */
  static final String HEADER =
      "{" + entry("a.weight", "F32", "2,3", 0, 24) + "," + entry("b", "BF16", "4", 24, 32) + "}";

  static final String SHARD_1 = "model-00001-of-00002.safetensors";
  static final String SHARD_2 = "model-00002-of-00002.safetensors";
  static final String INDEX = "model.safetensors.index.json";

  private TinyCheckpoint() {}

  /** A sound checkpoint in one file. */
  static void single(Path folder) throws IOException {
    write(folder, "config.json", CONFIG);
    Files.write(folder.resolve("model.safetensors"), safetensors(HEADER, 32));
  }

  /**
   * A sound checkpoint in two shards: {@code a.weight} and {@code b} in the first, {@code c} in the
   * second.
   */
  static void sharded(Path folder) throws IOException {
    write(folder, "config.json", CONFIG);
    Files.write(folder.resolve(SHARD_1), safetensors(HEADER, 32));
    Files.write(
        folder.resolve(SHARD_2), safetensors("{" + entry("c", "F16", "2,2", 0, 8) + "}", 8));
    write(
        folder,
        INDEX,
        index(
            "\"a.weight\": \"%s\", \"b\": \"%s\", \"c\": \"%s\""
                .formatted(SHARD_1, SHARD_1, SHARD_2)));
  }

  static String index(String weightMap) {
    return "{\"metadata\": {\"total_size\": 40}, \"weight_map\": {" + weightMap + "}}";
  }

  static String entry(String name, String dtype, String shape, long begin, long end) {
    return "\"%s\":{\"dtype\":\"%s\",\"shape\":[%s],\"data_offsets\":[%d,%d]}"
        .formatted(name, dtype, shape, begin, end);
  }

  /** A file with that header, whatever it says, and the bytes 0, 1, 2 … as data. */
  static byte[] safetensors(String header, int dataBytes) {
    return safetensors(header.getBytes(StandardCharsets.UTF_8), dataBytes);
  }

  static byte[] safetensors(byte[] header, int dataBytes) {
    ByteBuffer file =
        ByteBuffer.allocate(8 + header.length + dataBytes).order(ByteOrder.LITTLE_ENDIAN);
    file.putLong(header.length).put(header);
    for (int i = 0; i < dataBytes; i++) {
      file.put((byte) i);
    }
    return file.array();
  }

  static void write(Path folder, String name, String text) throws IOException {
    Files.writeString(folder.resolve(name), text);
  }
}
