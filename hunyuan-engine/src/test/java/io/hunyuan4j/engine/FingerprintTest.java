package io.hunyuan4j.engine;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import io.hunyuan4j.kernels.WeightFormat;
import io.hunyuan4j.loader.Checkpoint;
import io.hunyuan4j.loader.TensorEntry;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What makes another model of a model. */
class FingerprintTest {
  private static final EngineOptions ONE_THREAD =
      EngineOptions.defaults().withThreads(1).withVectorBits(0);

  @TempDir Path folder;

  private Path copy() throws IOException {
    for (String name : new String[] {"config.json", "model.safetensors"}) {
      Files.copy(Models.tinyTales().resolve(name), folder.resolve(name));
    }
    return folder;
  }

  private static String fingerprint(Path folder, EngineOptions options) throws IOException {
    try (OpenModel open = OpenModel.open(folder, options)) {
      assertEquals(open.fingerprint(), open.fingerprint());
      return open.fingerprint();
    }
  }

  private static void flip(Path file, long at) throws IOException {
    try (FileChannel channel =
        FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
      ByteBuffer one = ByteBuffer.allocate(1);
      channel.read(one, at);
      one.put(0, (byte) (one.get(0) ^ 1));
      channel.write(one.flip(), at);
    }
  }

  @Test
  void dependsOnWhatTheModelComputes_andOnNothingElse() throws IOException {
    String original = fingerprint(Models.tinyTales(), ONE_THREAD);
    Path copy = copy();
    assertEquals(original, fingerprint(copy, EngineOptions.defaults()));
    EngineOptions q8 = ONE_THREAD.withWeights(WeightPolicy.of(WeightFormat.Q8));
    EngineOptions otherQ8 =
        ONE_THREAD.withWeights(WeightPolicy.of(WeightFormat.Q8).with("*", WeightFormat.Q8));
    assertNotEquals(original, fingerprint(copy, q8));
    assertEquals(fingerprint(copy, q8), fingerprint(copy, otherQ8), "the same, said otherwise");
    Path weights = copy.resolve("model.safetensors");
    long middle = Files.size(weights) / 2;
    flip(weights, middle);
    assertNotEquals(original, fingerprint(copy, ONE_THREAD));
    flip(weights, middle);
    assertEquals(original, fingerprint(copy, ONE_THREAD));
    Path config = copy.resolve("config.json");
    Files.writeString(
        config,
        Files.readString(config).replace("\"rms_norm_eps\": 1e-05", "\"rms_norm_eps\": 2e-05"));
    assertNotEquals(original, fingerprint(copy, ONE_THREAD));
  }

  @Test
  void aboveTheLimit_looksAtBeginningMiddleAndEndOfLargeWeights() throws IOException {
    Path copy = copy();
    Path weights = copy.resolve("model.safetensors");
    TensorEntry largest;
    byte[] original;
    try (Checkpoint checkpoint = Checkpoint.open(copy)) {
      largest =
          checkpoint.tensors().stream()
              .max(Comparator.comparingLong(TensorEntry::byteSize))
              .orElseThrow();
      original = sampled(checkpoint);
      assertFalse(
          Arrays.equals(original, Fingerprint.of(new byte[0], checkpoint, Map.of())),
          "below the limit it looks at everything");
    }
    long start = largest.byteOffset();
    long size = largest.byteSize();
    for (long seen : new long[] {0, 4095, size / 2, size / 2 + 4095, size - 4096, size - 1}) {
      flip(weights, start + seen);
      try (Checkpoint checkpoint = Checkpoint.open(copy)) {
        assertFalse(Arrays.equals(original, sampled(checkpoint)), "byte " + seen);
      }
      flip(weights, start + seen);
    }
    flip(weights, start + 4096);
    try (Checkpoint checkpoint = Checkpoint.open(copy)) {
      assertArrayEquals(original, sampled(checkpoint), "what lies between goes unnoticed");
    }
  }

  private static byte[] sampled(Checkpoint checkpoint) {
    return Fingerprint.of(new byte[0], checkpoint, Map.of(), 1 << 20);
  }
}
