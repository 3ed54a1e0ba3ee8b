package io.hunyuan4j.loader;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.hunyuan4j.core.UnsupportedModelException;
import io.hunyuan4j.core.WeightSource;
import io.hunyuan4j.kernels.Matrix;
import io.hunyuan4j.kernels.Q4Matrix;
import io.hunyuan4j.kernels.WeightFormat;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Weights in blocks as a file holds them: 40 × 70 numbers of Q4 are 2 tiles of 3 blocks. */
class BlockTensorsTest {
  private static final String OWN =
      "{\"quantization_config\": {\"quant_method\": \"hunyuan4j\", \"version\": 1, \"weights\": \"q4\"}}";
  private static final int BYTES = 2 * 3 * 576;

  @TempDir Path folder;

  @BeforeEach
  void writeConfig() throws IOException {
    TinyCheckpoint.write(folder, "config.json", OWN);
  }

  private void write(String metadata, String entries, int bytes) throws IOException {
    Files.write(
        folder.resolve("model.safetensors"),
        TinyCheckpoint.safetensors(
            "{\"__metadata__\":{%s},%s}".formatted(metadata, entries), bytes));
  }

  private void writeSound() throws IOException {
    write(
        "\"a.weight_q4\":\"[40, 70]\"",
        TinyCheckpoint.entry("a.weight_q4", "U8", "2,3,576", 0, BYTES),
        BYTES);
  }

  @Test
  void matrix_isAViewOfTheFile() throws IOException {
    writeSound();
    try (Checkpoint checkpoint = Checkpoint.open(folder)) {
      WeightEntry entry = checkpoint.weightEntries().getFirst();
      assertEquals("Q4 [40, 70]", entry.formatAndShape());
      assertEquals("a.weight", entry.name());
      assertEquals(2800, entry.elementCount());
      assertEquals("U8 [2, 3, 576]", entry.stored().typeAndShape());
      WeightSource weights = checkpoint.weights();
      assertTrue(weights.has("a.weight"));
      assertFalse(weights.has("a.weight_q4"));
      assertEquals(List.of("a.weight"), List.copyOf(checkpoint.unreadTensors()));
      Matrix matrix = assertInstanceOf(Q4Matrix.class, weights.matrix("a.weight", 40, 70));
      assertTrue(matrix.data().isMapped());
      assertEquals(BYTES, matrix.data().byteSize());
      assertTrue(checkpoint.unreadTensors().isEmpty());
    }
  }

  @Test
  void matrix_ofAnotherShape_isRefused() throws IOException {
    writeSound();
    try (Checkpoint checkpoint = Checkpoint.open(folder)) {
      Exception e =
          assertThrows(
              CheckpointFormatException.class,
              () -> checkpoint.weights().matrix("a.weight", 40, 71)); // of as many blocks
      assertTrue(
          String.valueOf(e.getMessage())
              .startsWith(
                  "model.safetensors: tensor \"a.weight_q4\": expected [40, 71], found Q4 [40, 70]"),
          e.getMessage());
      assertThrows(
          CheckpointFormatException.class, () -> checkpoint.weights().vector("a.weight", 40));
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          ''                          | U8 | 2,3,576 | 'expected its shape in __metadata__ as [rows, cols], found nothing'
          "a.weight_q4":"[40,70]"     | U8 | 2,3,576 | 'expected its shape in __metadata__ as [rows, cols], found "[40,70]"'
          "a.weight_q4":"[-1, 70]"    | U8 | 2,3,576 | 'expected its shape in __metadata__ as [rows, cols], found "[-1, 70]"'
          "a.weight_q4":"[40, 2147483648]" | U8 | 2,3,576 | 'expected its shape in __metadata__ as [rows, cols], found "[40, 2147483648]"'
          "a.weight_q4":"[65, 70]"    | U8 | 2,3,576 | 'expected U8 [3, 3, 576] for Q4 [65, 70], found U8 [2, 3, 576]'
          "a.weight_q4":"[40, 64]"    | U8 | 2,3,576 | 'expected U8 [2, 2, 576] for Q4 [40, 64], found U8 [2, 3, 576]'
          "a.weight_q4":"[40, 70]"    | I8 | 2,3,576 | 'expected U8 [2, 3, 576] for Q4 [40, 70], found I8 [2, 3, 576]'
          "a.weight_q4":"[40, 70]"    | U8 | 6,576   | 'expected U8 [2, 3, 576] for Q4 [40, 70], found U8 [6, 576]'
          """)
  void open_tensorThatDoesNotFit_isRefused(
      String metadata, String dtype, String shape, String reason) throws IOException {
    write(metadata, TinyCheckpoint.entry("a.weight_q4", dtype, shape, 0, BYTES), BYTES);
    Exception e = assertThrows(CheckpointFormatException.class, () -> Checkpoint.open(folder));
    assertTrue(
        String.valueOf(e.getMessage())
            .startsWith("model.safetensors: tensor \"a.weight_q4\": " + reason + " (byte "),
        e.getMessage());
  }

  @Test
  void open_fileThatIsCut_isRefused() throws IOException {
    writeSound();
    Path file = folder.resolve("model.safetensors");
    byte[] bytes = Files.readAllBytes(file);
    Files.write(file, Arrays.copyOf(bytes, bytes.length - 1));
    assertThrows(CheckpointFormatException.class, () -> Checkpoint.open(folder));
  }

  @Test
  void open_twoFormsOfAWeight_isRefused() throws IOException {
    write(
        "\"a.weight_q4\":\"[40, 70]\"",
        TinyCheckpoint.entry("a.weight_q4", "U8", "2,3,576", 0, BYTES)
            + ","
            + TinyCheckpoint.entry("a.weight", "F32", "1", BYTES, BYTES + 4),
        BYTES + 4);
    Exception e = assertThrows(CheckpointFormatException.class, () -> Checkpoint.open(folder));
    assertTrue(
        String.valueOf(e.getMessage()).contains("expected one form of each weight"),
        e.getMessage());
  }

  @Test
  void open_withoutTheConfiguration_namesMeanNothing() throws IOException {
    writeSound();
    TinyCheckpoint.write(folder, "config.json", "{}");
    try (Checkpoint checkpoint = Checkpoint.open(folder)) {
      assertFalse(checkpoint.weights().has("a.weight"));
      assertEquals("U8", checkpoint.weightEntries().getFirst().format());
    }
  }

  @ParameterizedTest
  @CsvSource({"'\"version\": 2', true", "'\"version\": \"1\"', false", "'\"weights\": 4', false"})
  void open_otherConfiguration_isRefused(String text, boolean isKnownButUnsupported)
      throws IOException {
    writeSound();
    String config = text.startsWith("\"version") ? OWN.replace("\"version\": 1", text) : OWN;
    config = text.startsWith("\"weights") ? OWN.replace("\"weights\": \"q4\"", text) : config;
    TinyCheckpoint.write(folder, "config.json", config);
    Class<? extends Exception> expected =
        isKnownButUnsupported ? UnsupportedModelException.class : CheckpointFormatException.class;
    assertThrows(expected, () -> Checkpoint.open(folder));
  }

  /** Sizes that are no multiple of 64 bytes come last, so that they shift nothing. */
  @Test
  void writer_inLines_alignsWhatItCan() throws IOException {
    Path file = folder.resolve("lines.safetensors");
    List<TensorSpec> specs =
        List.of(
            TensorSpec.of("a", Dtype.F32, 3),
            TensorSpec.of("b", Dtype.U8, 2, 576),
            TensorSpec.of("c", Dtype.BF16, 80),
            TensorSpec.of("d", Dtype.BF16, 96));
    try (SafetensorsWriter writer =
        SafetensorsWriter.createInLines(file, specs, Map.of("b", "[1, 64]"))) {
      for (TensorSpec spec : specs) {
        writer.append(spec.name(), MemorySegment.ofArray(new byte[(int) spec.byteSize()]));
      }
      writer.finish();
    }
    try (Arena arena = Arena.ofConfined()) {
      SafetensorsFile written = SafetensorsFile.open(file, arena);
      assertEquals(
          List.of("d", "b", "a", "c"), written.tensors().stream().map(TensorEntry::name).toList());
      for (TensorEntry tensor : written.tensors()) {
        boolean isWhole = tensor.byteSize() % 64 == 0;
        assertEquals(0, tensor.byteOffset() % (isWhole ? 64 : 4), tensor.name());
      }
    }
  }

  @Test
  void spec_namesAndShapes() {
    assertEquals(
        TensorSpec.of("x_q8", Dtype.U8, 2, 3, 1088),
        BlockTensors.spec("x", WeightFormat.Q8, 40, 70));
    assertEquals(
        TensorSpec.of("x", Dtype.F16, 40, 70), BlockTensors.spec("x", WeightFormat.F16, 40, 70));
  }
}
