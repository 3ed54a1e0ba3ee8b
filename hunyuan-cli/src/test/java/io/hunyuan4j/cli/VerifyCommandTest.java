package io.hunyuan4j.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.hunyuan4j.loader.SafetensorsFile;
import io.hunyuan4j.loader.TensorEntry;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.lang.foreign.Arena;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class VerifyCommandTest {
  private static final String EXPECTED = "expected.safetensors";

  @TempDir Path temporary;

  @ParameterizedTest
  @ValueSource(strings = {"golden/dense-v1", "golden/large-cla4", "golden/a13b-top8"})
  void verify_reference_passes(String name) {
    Cli result = Cli.run("verify", Cli.model(name).toString());
    assertTrue(result.out().endsWith("all as expected\npassed\n"), result.out());
    assertTrue(result.out().contains("\n  decode.logits "), result.out());
    assertTrue(result.out().contains("\n  hidden.0 "), result.out());
    assertEquals("", result.err());
    assertEquals(ExitCode.FINE, result.exitCode());
  }

  @Test
  void verify_anotherNumberExpected_fails() throws IOException {
    Path folder = copy("golden/dense-v1");
    TensorEntry logits = entry(folder, "logits");
    overwrite(folder, logits.byteOffset(), floatBytes(1000));
    Cli result = Cli.run("verify", folder.toString());
    assertTrue(result.out().matches("(?s).*\n  logits +[19]\\.\\d\\de\\+0[23]\n.*"), result.out());
    assertTrue(result.out().endsWith("all as expected\nfailed\n"), result.out());
    assertEquals(ExitCode.CHECK_FAILED, result.exitCode());
  }

  @Test
  void verify_anotherTokenExpected_fails() throws IOException {
    Path folder = copy("golden/dense-v1");
    TensorEntry ids = entry(folder, "decode.token_ids");
    long last = ids.byteOffset() + ids.byteSize() - Long.BYTES;
    // The last token's own logits change with it, so both findings are due.
    overwrite(
        folder, last, ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN).putLong(1).array());
    Cli result = Cli.run("verify", folder.toString());
    assertTrue(result.out().endsWith(", not as expected\nfailed\n"), result.out());
    assertEquals(ExitCode.CHECK_FAILED, result.exitCode());
  }

  @Test
  void verify_out_hasTheSameBytesHoweverItIsRun() throws IOException {
    Path folder = Cli.model("golden/large-cla2-top1-head80");
    byte[] reference = out(folder, "--threads 1");
    for (String options :
        List.of(
            "--threads 2 --chunk 7",
            "--threads 3 --chunk 1",
            "--vector-bits 0",
            "--vector-bits 128",
            "--vector-bits 256 --threads 2",
            "--vector-bits 512")) {
      assertArrayEquals(reference, out(folder, options), options);
    }
  }

  private byte[] out(Path folder, String options) throws IOException {
    Path file = temporary.resolve("out.safetensors");
    List<String> args = new ArrayList<>(List.of("verify", "--out", file.toString()));
    args.addAll(List.of(options.split(" ")));
    args.add(folder.toString());
    Cli result = Cli.run(args.toArray(String[]::new));
    assertEquals(ExitCode.FINE, result.exitCode(), result.err());
    return Files.readAllBytes(file);
  }

  @Test
  void verify_halfPrecisionCache_isWorse() {
    Cli result = Cli.run("verify", "--kv", "bf16", Cli.model("golden/dense-v1").toString());
    assertTrue(result.out().endsWith("failed\n"), result.out());
    assertEquals(ExitCode.CHECK_FAILED, result.exitCode());
  }

  @Test
  void verify_outIsTheReference_isWrongUsage() throws IOException {
    Path folder = copy("golden/dense-v1");
    byte[] before = Files.readAllBytes(folder.resolve(EXPECTED));
    Path same = folder.resolve("../" + folder.getFileName()).resolve(EXPECTED);
    Cli result = Cli.run("verify", "--out", same.toString(), folder.toString());
    assertTrue(
        result.err().startsWith("hunyuan: --out must not be the file to compare with"),
        result.err());
    assertEquals(ExitCode.WRONG_USAGE, result.exitCode());
    assertArrayEquals(before, Files.readAllBytes(folder.resolve(EXPECTED)));
  }

  @Test
  void verify_outIntoNoFolder_isAnError() {
    Path out = temporary.resolve("no/such/out.safetensors");
    Cli result =
        Cli.run("verify", "--out", out.toString(), Cli.model("golden/dense-v1").toString());
    assertTrue(result.err().endsWith(": no such file or folder\n"), result.err());
    assertEquals(ExitCode.UNUSABLE_MODEL, result.exitCode());
  }

  @Test
  void verify_nothingToCompareWith_isUnusable() throws IOException {
    Path folder = copy("golden/dense-v1");
    Files.delete(folder.resolve(EXPECTED));
    Cli result = Cli.run("verify", folder.toString());
    assertEquals(
        "hunyuan: %s: expected expected.safetensors beside the checkpoint, found none\n"
            .formatted(folder),
        result.err());
    assertEquals(ExitCode.UNUSABLE_MODEL, result.exitCode());
  }

  @Test
  void verify_cutWeights_areUnusable() throws IOException {
    Path folder = copy("golden/dense-v1");
    try (RandomAccessFile file =
        new RandomAccessFile(folder.resolve("model.safetensors").toFile(), "rw")) {
      file.setLength(file.length() / 2);
    }
    Cli result = Cli.run("verify", folder.toString());
    assertTrue(result.err().startsWith("hunyuan: model.safetensors: "), result.err());
    assertEquals(1, result.err().lines().count(), result.err());
    assertEquals(ExitCode.UNUSABLE_MODEL, result.exitCode());
  }

  private Path copy(String name) throws IOException {
    Path source = Cli.model(name);
    Path target = Files.createDirectory(temporary.resolve(String.valueOf(source.getFileName())));
    try (Stream<Path> files = Files.list(source)) {
      for (Path file : files.toList()) {
        Files.copy(file, target.resolve(String.valueOf(file.getFileName())));
      }
    }
    return target;
  }

  private static TensorEntry entry(Path folder, String tensor) throws IOException {
    try (Arena arena = Arena.ofConfined()) {
      return SafetensorsFile.open(folder.resolve(EXPECTED), arena).tensor(tensor).orElseThrow();
    }
  }

  private static byte[] floatBytes(float value) {
    return ByteBuffer.allocate(4).order(ByteOrder.LITTLE_ENDIAN).putFloat(value).array();
  }

  private static void overwrite(Path folder, long offset, byte[] bytes) throws IOException {
    try (RandomAccessFile file = new RandomAccessFile(folder.resolve(EXPECTED).toFile(), "rw")) {
      file.seek(offset);
      file.write(bytes);
    }
  }
}
