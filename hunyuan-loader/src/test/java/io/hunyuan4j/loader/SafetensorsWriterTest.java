package io.hunyuan4j.loader;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;

/** What is written is what is read, in one spelling only. */
final class SafetensorsWriterTest {
  private static final TensorSpec BYTES = TensorSpec.of("bytes", Dtype.U8, 3);
  private static final TensorSpec FLOATS = TensorSpec.of("floats \"é😀\"", Dtype.F32, 2, 100_000);
  private static final TensorSpec LONGS = TensorSpec.of("longs", Dtype.I64, 2);
  private static final TensorSpec NONE = TensorSpec.of("none", Dtype.F32, 0, 4);
  private static final TensorSpec SCALAR = TensorSpec.of("scalar", Dtype.F32);
  private static final Map<String, String> METADATA = Map.of("format", "pt", "a", "é\u0000");

  @TempDir Path folder;

  @Test
  void readsBackWhatWasWritten() throws IOException {
    Path file = folder.resolve("x.safetensors");
    float[] floats = floats();
    write(file, List.of(BYTES, FLOATS, LONGS, NONE, SCALAR));
    try (Arena arena = Arena.ofConfined()) {
      SafetensorsFile read = SafetensorsFile.open(file, arena);
      assertEquals(METADATA, read.metadata());
      assertEquals(
          List.of(LONGS, FLOATS, NONE, SCALAR, BYTES),
          read.tensors().stream()
              .map(t -> new TensorSpec(t.name(), t.dtype(), t.shape()))
              .toList());
      assertArrayEquals(new long[] {Long.MIN_VALUE, 5}, read.longs("longs"));
      assertArrayEquals(floats, read.floats(FLOATS.name()));
      assertArrayEquals(new float[] {-0f}, read.floats("scalar"));
      assertArrayEquals(new byte[] {1, 2, 3}, read.data("bytes").toArray(ValueLayout.JAVA_BYTE));
      for (TensorEntry tensor : read.tensors()) {
        assertEquals(0, tensor.byteOffset() % (tensor.dtype().bits() / 8), tensor.name());
      }
      assertEquals(0, read.tensors().iterator().next().byteOffset() % 8);
    }
    assertEquals(List.of("x.safetensors"), names());
  }

  @Test
  void writesTheSameBytesInAnyOrder() throws IOException {
    write(folder.resolve("a"), List.of(BYTES, FLOATS, LONGS, NONE, SCALAR));
    write(folder.resolve("b"), List.of(SCALAR, NONE, LONGS, FLOATS, BYTES));
    assertEquals(-1, Files.mismatch(folder.resolve("a"), folder.resolve("b")));
  }

  @Test
  void leavesTheTargetAloneUntilFinished() throws IOException {
    Path file = Files.writeString(folder.resolve("x"), "before");
    try (SafetensorsWriter writer = SafetensorsWriter.create(file, List.of(LONGS), Map.of())) {
      writer.append("longs", new long[] {1});
      assertEquals(
          "tensor \"longs\": expected 16 bytes, 8 are missing",
          assertThrows(IllegalStateException.class, writer::finish).getMessage());
    }
    assertEquals("before", Files.readString(file));
    assertEquals(List.of("x"), names());
    try (SafetensorsWriter writer = SafetensorsWriter.create(file, List.of(), Map.of())) {
      writer.finish();
    }
    assertArrayEquals(TinyCheckpoint.safetensors("{}      ", 0), Files.readAllBytes(file));
  }

  @Test
  void refusesWhatWasNotDeclared() throws IOException {
    Path file = folder.resolve("x");
    try (SafetensorsWriter writer =
        SafetensorsWriter.create(file, List.of(LONGS, SCALAR), Map.of())) {
      assertMessage("found \"x\"", () -> writer.append("x", new long[1]));
      assertMessage(
          "expected I64 as declared, found F32", () -> writer.append("longs", new float[4]));
      assertMessage(
          "expected F32 as declared, found I64", () -> writer.append("scalar", new long[0]));
      assertMessage(
          "expected at most 16 more bytes, found 24", () -> writer.append("longs", new long[3]));
      assertMessage("at most 4", () -> writer.append("scalar", MemorySegment.ofArray(new byte[5])));
    }
    assertMessage(
        "\"longs\" twice",
        () -> SafetensorsWriter.create(file, List.of(LONGS, LONGS), Map.of()).close());
    assertMessage("__metadata__", () -> TensorSpec.of("__metadata__", Dtype.U8, 1));
    assertMessage("\\ud800", () -> TensorSpec.of("\ud800", Dtype.U8, 1));
    assertMessage("[-1]", () -> TensorSpec.of("a", Dtype.U8, -1));
    assertMessage("whole number", () -> TensorSpec.of("a", Dtype.F4, 3));
    assertMessage("whole number", () -> TensorSpec.of("a", Dtype.F32, Long.MAX_VALUE, 2));
    assertMessage("at most 64", () -> TensorSpec.of("a", Dtype.U8, new long[65]));
    assertFalse(Files.exists(file));
  }

  private static void write(Path file, List<TensorSpec> tensors) throws IOException {
    float[] floats = floats();
    try (SafetensorsWriter writer = SafetensorsWriter.create(file, tensors, METADATA)) {
      MemorySegment whole = MemorySegment.ofArray(floats);
      writer.append(FLOATS.name(), whole.asSlice(0, 300_001));
      writer.append(SCALAR.name(), new float[] {-0f});
      writer.append(LONGS.name(), new long[] {Long.MIN_VALUE});
      writer.append(FLOATS.name(), whole.asSlice(300_001));
      writer.append(BYTES.name(), MemorySegment.ofArray(new byte[] {1, 2, 3}));
      writer.append(LONGS.name(), new long[] {5});
      writer.finish();
    }
  }

  private static float[] floats() {
    float[] floats = new float[200_000];
    for (int i = 0; i < floats.length; i++) {
      floats[i] = i / 7f;
    }
    return floats;
  }

  private List<String> names() throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.map(file -> String.valueOf(file.getFileName())).sorted().toList();
    }
  }

  private static void assertMessage(String fragment, Executable executable) {
    String message =
        String.valueOf(assertThrows(IllegalArgumentException.class, executable).getMessage());
    assertTrue(message.contains(fragment), message);
  }
}
