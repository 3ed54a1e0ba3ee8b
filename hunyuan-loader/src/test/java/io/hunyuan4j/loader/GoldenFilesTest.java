package io.hunyuan4j.loader;

import static java.util.Objects.requireNonNull;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.hunyuan4j.kernels.Matrix;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The reference checkpoints load, byte for byte as an independent reader sees them. */
final class GoldenFilesTest {
  private static final Path MODELS = Path.of("../models/golden");
  private static final Path SHARED = Path.of("../../shared/golden");

  @ParameterizedTest
  @MethodSource("checkpoints")
  void holdsTheBytesThatAnIndependentReaderSees(Path folder) throws IOException {
    Map<String, byte[]> expected = new HashMap<>();
    try (Stream<Path> files = Files.list(folder)) {
      for (Path file :
          files.filter(f -> f.getFileName().toString().matches("model.*\\.safetensors")).toList()) {
        expected.putAll(readIndependently(file));
      }
    }
    try (Checkpoint checkpoint = Checkpoint.open(folder)) {
      assertEquals(expected.size(), checkpoint.tensors().size());
      for (TensorEntry tensor : checkpoint.tensors()) {
        byte[] bytes = requireNonNull(expected.get(tensor.name()));
        List<Long> shape = tensor.shape();
        if (shape.size() == 2) {
          Matrix matrix =
              checkpoint
                  .weights()
                  .matrix(
                      tensor.name(), Math.toIntExact(shape.get(0)), Math.toIntExact(shape.get(1)));
          assertEquals(tensor.dtype().name(), matrix.format());
          assertEquals(-1, matrix.data().mismatch(MemorySegment.ofArray(bytes)), tensor.name());
        } else {
          float[] vector =
              checkpoint.weights().vector(tensor.name(), Math.toIntExact(shape.get(0)));
          assertArrayEquals(decode(tensor.dtype(), bytes), vector, tensor.name());
        }
      }
      assertTrue(checkpoint.unreadTensors().isEmpty());
    }
  }

  @ParameterizedTest
  @MethodSource("checkpoints")
  void readsExpectedValues(Path folder) throws IOException {
    Path file = folder.resolve("expected.safetensors");
    Map<String, byte[]> expected = readIndependently(file);
    try (Arena arena = Arena.ofConfined()) {
      SafetensorsFile opened = SafetensorsFile.open(file, arena);
      assertEquals(expected.keySet().size(), opened.tensors().size());
      for (TensorEntry tensor : opened.tensors()) {
        byte[] bytes = requireNonNull(expected.get(tensor.name()));
        assertArrayEquals(
            bytes, opened.data(tensor.name()).toArray(ValueLayout.JAVA_BYTE), tensor.name());
        if (tensor.dtype() == Dtype.I64) {
          long[] longs = new long[bytes.length / Long.BYTES];
          ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).asLongBuffer().get(longs);
          assertArrayEquals(longs, opened.longs(tensor.name()), tensor.name());
        } else {
          assertArrayEquals(
              decode(tensor.dtype(), bytes), opened.floats(tensor.name()), tensor.name());
        }
      }
    }
  }

  /**
   * Quantised checkpoints, broken ones included, and those of other families: sound as files,
   * whatever their contents.
   */
  @Test
  void opensEveryOtherReferenceFile() throws IOException {
    if (!Files.isDirectory(SHARED)) {
      System.out.println("no reference files beside the project: " + SHARED);
      return;
    }
    try (Stream<Path> paths = Files.walk(SHARED);
        Arena arena = Arena.ofShared()) {
      for (Path path : paths.toList()) {
        if (path.toString().endsWith(".safetensors")) {
          Map<String, byte[]> expected = readIndependently(path);
          SafetensorsFile file = SafetensorsFile.open(path, arena);
          assertEquals(expected.size(), file.tensors().size(), path.toString());
          for (TensorEntry tensor : file.tensors()) {
            MemorySegment bytes =
                MemorySegment.ofArray(requireNonNull(expected.get(tensor.name())));
            assertEquals(-1, bytes.mismatch(file.data(tensor.name())), tensor.name());
          }
        } else if (path.endsWith("config.json")
            && Files.exists(path.resolveSibling("expected.safetensors"))) {
          try (Checkpoint checkpoint = Checkpoint.open(path.resolveSibling(""))) {
            assertTrue(checkpoint.config().keys().contains("model_type"), path.toString());
          }
        }
      }
    }
  }

  static Stream<Path> checkpoints() throws IOException {
    try (Stream<Path> folders = Files.list(MODELS)) {
      List<Path> sorted = folders.sorted().toList();
      assertFalse(sorted.isEmpty());
      return sorted.stream();
    }
  }

  private static float[] decode(Dtype dtype, byte[] bytes) {
    ByteBuffer data = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    float[] values = new float[bytes.length * 8 / dtype.bits()];
    for (int i = 0; i < values.length; i++) {
      values[i] =
          switch (dtype) {
            case F32 -> data.getFloat();
            case BF16 -> Float.intBitsToFloat(data.getShort() << 16);
            case F16 -> Float.float16ToFloat(data.getShort());
            default -> throw new IllegalArgumentException(dtype.name());
          };
    }
    return values;
  }

  private static Map<String, byte[]> readIndependently(Path path) throws IOException {
    byte[] file = Files.readAllBytes(path);
    int headerBytes =
        Math.toIntExact(ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN).getLong());
    JsonNode header = new ObjectMapper().readTree(Arrays.copyOfRange(file, 8, 8 + headerBytes));
    Map<String, byte[]> tensors = new HashMap<>();
    header
        .properties()
        .forEach(
            entry -> {
              if (!entry.getKey().equals("__metadata__")) {
                JsonNode offsets = entry.getValue().get("data_offsets");
                int start = 8 + headerBytes;
                tensors.put(
                    entry.getKey(),
                    Arrays.copyOfRange(
                        file, start + offsets.get(0).asInt(), start + offsets.get(1).asInt()));
              }
            });
    return tensors;
  }
}
