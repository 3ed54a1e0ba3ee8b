package io.hunyuan4j.loader;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.hunyuan4j.core.UnsupportedModelException;
import io.hunyuan4j.core.WeightSource;
import io.hunyuan4j.kernels.F32Matrix;
import io.hunyuan4j.kernels.Matrix;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.lang.foreign.Arena;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a sound checkpoint hands out, and what it says when asked for something else. */
final class CheckpointTest {
  @TempDir Path folder;

  @Test
  void handsOutViewsOfTheFile() throws IOException {
    TinyCheckpoint.single(folder);
    try (Checkpoint checkpoint = Checkpoint.open(folder)) {
      F32Matrix matrix =
          assertInstanceOf(F32Matrix.class, checkpoint.weights().matrix("a.weight", 2, 3));
      assertTrue(matrix.data().isReadOnly());
      assertTrue(matrix.data().isMapped());
      assertEquals(20, matrix.data().get(ValueLayout.JAVA_BYTE, 20));
      assertArrayEquals(
          new float[] {bf16(0x1918), bf16(0x1b1a), bf16(0x1d1c), bf16(0x1f1e)},
          checkpoint.weights().vector("b", 4));
      assertEquals("hunyuan", checkpoint.config().text("model_type"));
    }
  }

  @Test
  void describesTensorsInTheOrderOfTheirBytes() throws IOException {
    TinyCheckpoint.single(folder);
    String header =
        "{\"__metadata__\":{\"format\":\"pt\"},%s,%s,%s}   "
            .formatted(
                TinyCheckpoint.entry("late", "U8", "3", 4, 7),
                TinyCheckpoint.entry("none", "F64", "0,5", 4, 4),
                TinyCheckpoint.entry("scalar", "F32", "", 0, 4));
    Path file =
        Files.write(folder.resolve("model.safetensors"), TinyCheckpoint.safetensors(header, 7));
    int start = 8 + header.length();
    try (Checkpoint checkpoint = Checkpoint.open(folder)) {
      assertEquals(
          List.of(
              new TensorEntry(
                  "scalar", Dtype.F32, List.of(), file, start, 4, 8 + header.indexOf("\"scalar")),
              new TensorEntry(
                  "none",
                  Dtype.F64,
                  List.of(0L, 5L),
                  file,
                  start + 4,
                  0,
                  8 + header.indexOf("\"none")),
              new TensorEntry(
                  "late", Dtype.U8, List.of(3L), file, start + 4, 3, 8 + header.indexOf("\"late"))),
          List.copyOf(checkpoint.tensors()));
      assertEquals(
          List.of(1L, 0L, 3L),
          checkpoint.tensors().stream().map(TensorEntry::elementCount).toList());
    }
    try (Arena arena = Arena.ofConfined()) {
      SafetensorsFile opened = SafetensorsFile.open(file, arena);
      assertEquals(Map.of("format", "pt"), opened.metadata());
      assertEquals(0, opened.data("none").byteSize());
    }
  }

  @Test
  void namesBothShapesAndThePlace() throws IOException {
    TinyCheckpoint.sharded(folder);
    try (Checkpoint checkpoint = Checkpoint.open(folder)) {
      WeightSource weights = checkpoint.weights().at("a");
      CheckpointFormatException e =
          assertThrows(CheckpointFormatException.class, () -> weights.matrix("weight", 3, 2));
      assertEquals(
          TinyCheckpoint.SHARD_1
              + ": tensor \"a.weight\": expected [3, 2], found F32 [2, 3] (byte 9)",
          e.getMessage());
      assertEquals("a.weight", e.tensor().orElseThrow());
      assertEquals(9, e.byteOffset().orElseThrow());
      assertEquals("expected [3, 2], found F32 [2, 3]", e.reason());
      assertEquals(folder.resolve(TinyCheckpoint.SHARD_1), e.path());
      assertThrows(CheckpointFormatException.class, () -> weights.vector("weight", 6));
    }
  }

  @Test
  void namesAnAbsentTensorAndTheFileThatLacksIt() throws IOException {
    TinyCheckpoint.sharded(folder);
    try (Checkpoint checkpoint = Checkpoint.open(folder)) {
      CheckpointFormatException e =
          assertThrows(CheckpointFormatException.class, () -> checkpoint.weights().vector("d", 7));
      assertEquals(
          TinyCheckpoint.INDEX
              + ": tensor \"d\": expected a weight [7], found no tensor of that name among 3",
          e.getMessage());
      assertThrows(IllegalArgumentException.class, () -> checkpoint.weights().matrix("c", -2, -2));
    }
  }

  @Test
  void refusesATypeThatIsNoWeight() throws IOException {
    TinyCheckpoint.single(folder);
    String header = "{" + TinyCheckpoint.entry("q", "F8_E4M3", "2,2", 0, 4) + "}";
    Files.write(folder.resolve("model.safetensors"), TinyCheckpoint.safetensors(header, 4));
    try (Checkpoint checkpoint = Checkpoint.open(folder)) {
      UnsupportedModelException e =
          assertThrows(
              UnsupportedModelException.class, () -> checkpoint.weights().matrix("q", 2, 2));
      assertEquals(
          "model.safetensors: tensor \"q\": expected a weight of type F32, BF16 or F16, found"
              + " F8_E4M3 [2, 2] (byte 9)",
          e.getMessage());
      assertThrows(UnsupportedModelException.class, () -> checkpoint.weights().vector("q", 4));
    }
  }

  @Test
  void remembersWhichTensorsWereRead() throws IOException {
    TinyCheckpoint.sharded(folder);
    try (Checkpoint checkpoint = Checkpoint.open(folder)) {
      assertTrue(checkpoint.weights().has("b"));
      checkpoint.weights().matrix("c", 2, 2);
      assertEquals(Set.of("a.weight", "b"), checkpoint.unreadTensors());
    }
  }

  @Test
  void prefersTheSingleFileToTheIndex() throws IOException {
    TinyCheckpoint.sharded(folder);
    String header = "{" + TinyCheckpoint.entry("only", "U8", "1", 0, 1) + "}";
    Files.write(folder.resolve("model.safetensors"), TinyCheckpoint.safetensors(header, 1));
    Files.writeString(folder.resolve(TinyCheckpoint.INDEX), "not even JSON");
    try (Checkpoint checkpoint = Checkpoint.open(folder)) {
      assertEquals(List.of("only"), checkpoint.tensors().stream().map(TensorEntry::name).toList());
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "41",
        "-1",
        "4e1",
        "\"40\"",
        "99999999999999999999",
        "[[]]",
        "{\"a\": {}}",
        "null"
      })
  void passesOverWhatTheIndexClaimsBesides(String totalSize) throws IOException {
    TinyCheckpoint.sharded(folder);
    Path index = folder.resolve(TinyCheckpoint.INDEX);
    String text = Files.readString(index);
    assertTrue(text.contains("\"total_size\": 40"));
    Files.writeString(
        index, text.replace("\"total_size\": 40", "\"x\": [{}], \"total_size\": " + totalSize));
    try (Checkpoint checkpoint = Checkpoint.open(folder)) {
      assertEquals(3, checkpoint.tensors().size());
    }
  }

  @Test
  void readsOtherConfigurations() throws IOException {
    TinyCheckpoint.single(folder);
    Files.writeString(folder.resolve("generation_config.json"), "{\"top_k\": 20}");
    try (Checkpoint checkpoint = Checkpoint.open(folder)) {
      assertEquals(20, checkpoint.config("generation_config.json").orElseThrow().integer("top_k"));
      assertTrue(checkpoint.config("tokenizer_config.json").isEmpty());
      assertThrows(IllegalArgumentException.class, () -> checkpoint.file("../config.json"));
    }
  }

  @Test
  void saysWhereThereIsNoFolder() throws IOException {
    Path file = Files.createFile(folder.resolve("model.gguf"));
    assertEquals(
        "model.gguf: expected a folder with a checkpoint, found a file",
        assertThrows(CheckpointFormatException.class, () -> Checkpoint.open(file).close())
            .getMessage());
    assertEquals(
        "none: expected a folder with a checkpoint, found nothing of that name",
        assertThrows(
                CheckpointFormatException.class,
                () -> Checkpoint.open(folder.resolve("none")).close())
            .getMessage());
  }

  @Test
  void endsTheMappingWhenClosed() throws IOException {
    TinyCheckpoint.single(folder);
    Checkpoint checkpoint = Checkpoint.open(folder);
    Matrix matrix = checkpoint.weights().matrix("a.weight", 2, 3);
    checkpoint.close();
    checkpoint.close();
    assertThrows(IllegalStateException.class, () -> matrix.data().get(ValueLayout.JAVA_BYTE, 0));
  }

  @Test
  void readsPastFourGibibytes() throws IOException {
    TinyCheckpoint.single(folder);
    long rows = 5L << 18; // of 4 KiB each: 5 GiB, of which the disk holds a few pages
    long bytes = rows << 12;
    String header =
        "{%s,%s}"
            .formatted(
                TinyCheckpoint.entry("large", "F32", rows + ",1024", 0, bytes),
                TinyCheckpoint.entry("last", "F32", "2", bytes, bytes + 8));
    byte[] start = TinyCheckpoint.safetensors(header, 0);
    Path path = folder.resolve("model.safetensors");
    try (RandomAccessFile file = new RandomAccessFile(path.toFile(), "rw")) {
      file.write(start);
      file.setLength(start.length + bytes + 8);
      file.seek(start.length + bytes - 4);
      file.write(floats(1.5f, 2.5f, -3.5f));
    }
    try (Checkpoint checkpoint = Checkpoint.open(folder)) {
      Matrix large = checkpoint.weights().matrix("large", Math.toIntExact(rows), 1024);
      ValueLayout.OfFloat layout =
          ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
      assertEquals(1.5f, large.data().get(layout, bytes - 4));
      assertEquals(1.5f, large.rows(large.rows() - 1, large.rows()).data().get(layout, 4092));
      assertEquals(0f, large.data().get(layout, 3L << 30));
      assertArrayEquals(new float[] {2.5f, -3.5f}, checkpoint.weights().vector("last", 2));
    }
  }

  @Test
  void readsNumbersOfTheTypesThatReferencesUse() throws IOException {
    Path file = folder.resolve("values.safetensors");
    String header =
        "{%s,%s}"
            .formatted(
                TinyCheckpoint.entry("i", "I32", "2", 0, 8),
                TinyCheckpoint.entry("h", "F16", "2", 8, 12));
    ByteBuffer data = ByteBuffer.allocate(8 + header.length() + 12).order(ByteOrder.LITTLE_ENDIAN);
    data.putLong(header.length()).put(header.getBytes(StandardCharsets.UTF_8));
    data.putInt(-7).putInt(1 << 30).putShort(Float.floatToFloat16(0.25f)).putShort((short) 0xfc00);
    Files.write(file, data.array());
    try (Arena arena = Arena.ofConfined()) {
      SafetensorsFile opened = SafetensorsFile.open(file, arena);
      assertArrayEquals(new long[] {-7, 1 << 30}, opened.longs("i"));
      assertArrayEquals(new float[] {0.25f, Float.NEGATIVE_INFINITY}, opened.floats("h"));
      assertEquals(
          "values.safetensors: tensor \"h\": expected I64 or I32, found F16 [2] (byte %d)"
              .formatted(8 + header.indexOf("\"h\"")),
          assertThrows(CheckpointFormatException.class, () -> opened.longs("h")).getMessage());
      assertThrows(CheckpointFormatException.class, () -> opened.floats("i"));
      assertEquals(
          "values.safetensors: tensor \"x\": expected a tensor of that name, found none among 2",
          assertThrows(CheckpointFormatException.class, () -> opened.data("x")).getMessage());
    }
  }

  private static float bf16(int bits) {
    return Float.intBitsToFloat(bits << 16);
  }

  private static byte[] floats(float... values) {
    ByteBuffer bytes = ByteBuffer.allocate(4 * values.length).order(ByteOrder.LITTLE_ENDIAN);
    bytes.asFloatBuffer().put(values);
    return bytes.array();
  }
}
