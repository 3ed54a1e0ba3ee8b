package io.hunyuan4j.engine;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.hunyuan4j.core.UnsupportedModelException;
import io.hunyuan4j.kernels.KvFormat;
import io.hunyuan4j.kernels.WeightFormat;
import io.hunyuan4j.loader.Checkpoint;
import io.hunyuan4j.loader.CheckpointFormatException;
import io.hunyuan4j.loader.WeightEntry;
import java.io.IOException;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Checkpoints converted on disk and in memory: the same model, file by file and bit by bit. */
class QuantizationTest {
  private static final ProgressListener SILENT = (done, total) -> {};
  private static final int ALL = Integer.MAX_VALUE;

  @TempDir Path folder;

  private static Path golden(String name) {
    return Models.folder().resolve("golden").resolve(name);
  }

  private static EngineOptions options(WeightPolicy policy) {
    return EngineOptions.defaults().withWeights(policy);
  }

  private static Quantization.Result quantize(Path from, Path to, WeightPolicy policy)
      throws IOException {
    return Quantization.run(from, to, options(policy), Quantization.DEFAULT_SHARD_BYTES, SILENT);
  }

  /** Everything that the model computes for the reference prompt of {@code reference}. */
  private byte[] output(Path checkpoint, Path reference, EngineOptions options, int chunk)
      throws IOException {
    Path out = folder.resolve("out.safetensors");
    try (OpenModel open = OpenModel.open(checkpoint, options)) {
      Verification.run(open.model(), reference.resolve("expected.safetensors"), chunk, KvFormat.F32)
          .write(out);
    }
    return Files.readAllBytes(out);
  }

  @ParameterizedTest
  @CsvSource({
    "dense-v1, Q8",
    "dense-v1, Q4",
    "large-cla4, Q4",
    "large-plain-attention-bias-f32, Q8",
    "large-plain-attention-bias-f32, BF16",
    "large-cla2-top1-head80, Q4"
  })
  void onDiskAndInMemory_sameBits(String name, WeightFormat format) throws IOException {
    Path source = golden(name);
    WeightPolicy policy = WeightPolicy.of(format);
    byte[] inMemory = output(source, source, options(policy), ALL);
    Path converted = folder.resolve("converted");
    quantize(source, converted, policy);
    assertArrayEquals(inMemory, output(converted, source, EngineOptions.defaults(), ALL));
    assertFalse(Files.exists(converted.resolve("expected.safetensors")), "no longer true");
    assertEquals(
        format == WeightFormat.BF16,
        !Files.readString(converted.resolve("config.json")).contains("quantization_config"));
  }

  @ParameterizedTest
  @EnumSource(
      value = WeightFormat.class,
      names = {"Q8", "Q4"})
  void anyThreadsChunkAndWidth_sameBits(WeightFormat format) throws IOException {
    Path source = golden("large-cla4");
    Path converted = folder.resolve("converted");
    quantize(source, converted, WeightPolicy.of(format));
    byte[] reference = output(converted, source, fixed(1, 512), ALL);
    assertArrayEquals(reference, output(converted, source, fixed(3, 128), 1), "128 bits, 1");
    assertArrayEquals(reference, output(converted, source, fixed(2, 256), 7), "256 bits, 7");
    EngineOptions plain = fixed(3, 0).withWeights(WeightPolicy.of(format));
    assertArrayEquals(
        reference, output(source, source, plain, ALL), "converted by plain loops too");
  }

  private static EngineOptions fixed(int threads, int vectorBits) {
    return EngineOptions.defaults().withThreads(threads).withVectorBits(vectorBits);
  }

  /** Rows are rounded one by one, so pieces of a fused tensor are what they were alone. */
  @ParameterizedTest
  @CsvSource({"large-cla4, Q4", "large-top2, Q8"})
  void fusedTensors_sameBitsAsSplitOnes(String name, WeightFormat format) throws IOException {
    Path split = golden(name);
    Path fused = folder.resolve("fused");
    FusedCheckpoint.create(split, fused);
    byte[] expected = output(split, split, options(WeightPolicy.of(format)), ALL);
    assertArrayEquals(expected, output(fused, split, options(WeightPolicy.of(format)), ALL));
    Path converted = folder.resolve("converted");
    quantize(fused, converted, WeightPolicy.of(format));
    assertArrayEquals(expected, output(converted, split, EngineOptions.defaults(), ALL));
  }

  @Test
  void bundledModel_onDisk_saysTheSameAndKeepsWhatItShould() throws IOException {
    WeightPolicy policy =
        WeightPolicy.of(WeightFormat.Q8).with("*.shared_mlp.down_proj.weight", WeightFormat.Q4);
    Path converted = folder.resolve("converted");
    Quantization.Result result = quantize(Models.tinyTales(), converted, policy);
    assertEquals(1 + 6 * 2 + 3 * 2 + 6 * 9 * 3, result.convertedTensors());
    String text = generate(Models.tinyTales(), options(policy));
    assertEquals(text, generate(converted, EngineOptions.defaults()));
    try (Checkpoint before = Checkpoint.open(Models.tinyTales());
        Checkpoint after = Checkpoint.open(converted)) {
      assertEquals(
          before.weightEntries().stream().map(WeightEntry::name).sorted().toList(),
          after.weightEntries().stream().map(WeightEntry::name).sorted().toList());
      Map<String, WeightEntry> published = new TreeMap<>();
      before.weightEntries().forEach(entry -> published.put(entry.name(), entry));
      for (WeightEntry entry : after.weightEntries()) {
        WeightEntry was = Objects.requireNonNull(published.get(entry.name()));
        assertEquals(was.shape(), entry.shape(), entry.name());
        assertEquals(format(entry.name(), was.format()), entry.format(), entry.name());
        if (entry.format().equals(was.format())) {
          assertArrayEquals(
              before.data(was).toArray(ValueLayout.JAVA_BYTE),
              after.data(entry).toArray(ValueLayout.JAVA_BYTE),
              entry.name());
        } else {
          assertEquals(0, entry.stored().byteOffset() % 64, entry.name());
        }
      }
    }
    for (String name : List.of("hy.tiktoken", "generation_config.json", "README.md")) {
      assertArrayEquals(
          Files.readAllBytes(Models.tinyTales().resolve(name)),
          Files.readAllBytes(converted.resolve(name)));
    }
  }

  private static String format(String name, String published) {
    if (name.endsWith("shared_mlp.down_proj.weight")) {
      return "Q4";
    }
    boolean isMatrix = name.endsWith("_proj.weight") || name.equals("model.embed_tokens.weight");
    return isMatrix ? "Q8" : published;
  }

  private static String generate(Path model, EngineOptions options) throws IOException {
    try (Engine engine = Engine.open(model, options)) {
      return engine.generate("Once upon a time", engine.defaults().withMaxTokens(12)).text();
    }
  }

  /** A folder's files with their bytes. */
  private static Map<String, String> contents(Path path) throws IOException {
    Map<String, String> contents = new TreeMap<>();
    try (var files = Files.list(path)) {
      for (Path file : files.toList()) {
        contents.put(
            file.getFileName().toString(), Files.readString(file, StandardCharsets.ISO_8859_1));
      }
    }
    return contents;
  }

  @Test
  void interrupted_goesOnWhereItEnded_andGivesTheSameFiles() throws IOException {
    Path source = golden("large-cla4");
    EngineOptions options = options(WeightPolicy.of(WeightFormat.Q8));
    long shardBytes = 200_000;
    Path whole = folder.resolve("whole");
    Quantization.Result once = Quantization.run(source, whole, options, shardBytes, SILENT);
    assertTrue(once.shards() > 3 && once.shardsKept() == 0, once.toString());
    Path parts = folder.resolve("parts");
    assertThrows(
        IllegalStateException.class,
        () ->
            Quantization.run(
                source,
                parts,
                options,
                shardBytes,
                (done, total) -> {
                  if (done > total / 2) {
                    throw new IllegalStateException("interrupted");
                  }
                }));
    Exception unfinished =
        assertThrows(CheckpointFormatException.class, () -> Checkpoint.open(parts));
    assertTrue(
        String.valueOf(unfinished.getMessage()).contains("quantize is not finished"),
        unfinished.getMessage());
    Files.writeString(parts.resolve(".safetensors-killed.tmp"), "left by a run that was killed");
    Path first = parts.resolve("model-00001-of-%05d.safetensors".formatted(once.shards()));
    byte[] cut = Files.readAllBytes(first);
    Files.write(first, Arrays.copyOf(cut, cut.length - 1)); // as a full disk might
    Quantization.Result again = Quantization.run(source, parts, options, shardBytes, SILENT);
    assertTrue(again.shardsKept() > 0 && again.shardsKept() < once.shards() / 2 + 1);
    assertEquals(contents(whole), contents(parts));
  }

  @Test
  void interrupted_byAnotherRun_isRefused() throws IOException {
    Path source = golden("dense-v1");
    Path out = folder.resolve("out");
    assertThrows(
        IllegalStateException.class,
        () ->
            Quantization.run(
                source,
                out,
                options(WeightPolicy.of(WeightFormat.Q8)),
                100_000,
                (done, total) -> {
                  throw new IllegalStateException("interrupted");
                }));
    assertRefused("weights q8, this one q4", source, out, WeightPolicy.of(WeightFormat.Q4));
    assertRefused(
        "has tensors", source, out, WeightPolicy.of(WeightFormat.Q8).with("*", WeightFormat.Q4));
    assertRefused("has source", golden("large-cla4"), out, WeightPolicy.of(WeightFormat.Q8));
    assertRefused("has files", source, out, WeightPolicy.of(WeightFormat.Q8)); // larger shards
  }

  @Test
  void otherFolders_areNotTouched() throws IOException {
    Path source = golden("dense-v1");
    WeightPolicy q8 = WeightPolicy.of(WeightFormat.Q8);
    Path finished = folder.resolve("finished");
    quantize(source, finished, q8);
    Map<String, String> before = contents(finished);
    assertRefused("found a checkpoint; nothing is overwritten", source, finished, q8);
    assertRefused("expected another folder", finished, finished, q8);
    assertEquals(before, contents(finished));
    Path foreign = Files.createDirectories(folder.resolve("foreign"));
    Files.writeString(foreign.resolve("diary.txt"), "Dear diary");
    assertRefused("found other files; nothing is overwritten", source, foreign, q8);
    assertRefused("found a file", source, foreign.resolve("diary.txt"), q8);
    assertEquals(Map.of("diary.txt", "Dear diary"), contents(foreign));
  }

  private static void assertRefused(String why, Path from, Path to, WeightPolicy policy) {
    IOException e = assertThrows(IOException.class, () -> quantize(from, to, policy));
    assertTrue(String.valueOf(e.getMessage()).contains(why), e.getMessage());
  }

  @Test
  void convertedAgain_narrowsAndNeverWidens() throws IOException {
    Path q8 = folder.resolve("q8");
    quantize(golden("dense-v1"), q8, WeightPolicy.of(WeightFormat.Q8));
    Path q4 = folder.resolve("q4");
    assertTrue(quantize(q8, q4, WeightPolicy.of(WeightFormat.Q4)).convertedTensors() > 0);
    Path same = folder.resolve("same");
    assertEquals(0, quantize(q4, same, WeightPolicy.of(WeightFormat.BF16)).convertedTensors());
    assertArrayEquals(
        output(q4, golden("dense-v1"), EngineOptions.defaults(), ALL),
        output(same, golden("dense-v1"), EngineOptions.defaults(), ALL));
  }

  @ParameterizedTest
  @ValueSource(strings = {"2", "0", "-1"})
  void otherVersion_isRefused(String version) throws IOException {
    Path out = folder.resolve("out");
    quantize(golden("dense-v1"), out, WeightPolicy.of(WeightFormat.Q8));
    Path config = out.resolve("config.json");
    String text = Files.readString(config);
    assertTrue(text.contains("\"version\" : 1"), text);
    Files.writeString(config, text.replace("\"version\" : 1", "\"version\" : " + version));
    Exception e =
        assertThrows(
            UnsupportedModelException.class, () -> OpenModel.open(out, EngineOptions.defaults()));
    assertEquals(
        "quantization_config: expected version 1 of hunyuan4j, found version " + version,
        e.getMessage());
    Files.writeString(config, text.replace("\"version\" : 1", "\"version\" : 1, \"group\": 64"));
    assertThrows(
        UnsupportedModelException.class, () -> OpenModel.open(out, EngineOptions.defaults()));
  }

  @Test
  void listenerThrows_openingEndsAndNothingStaysOpen() {
    RuntimeException stop = new IllegalStateException("stop");
    assertEquals(
        stop,
        assertThrows(
            IllegalStateException.class,
            () ->
                OpenModel.open(
                    golden("dense-v1"),
                    options(WeightPolicy.of(WeightFormat.Q8)),
                    (done, total) -> {
                      throw stop;
                    })));
  }

  @Test
  void weightBeyondTheFormat_namesTheTensor() throws IOException {
    Path source = folder.resolve("source");
    FusedCheckpoint.create(golden("dense-v1"), source); // in one file
    Path file = source.resolve("model.safetensors");
    byte[] bytes = Files.readAllBytes(file);
    String name = "model.layers.0.mlp.down_proj.weight";
    try (Checkpoint checkpoint = Checkpoint.open(source)) {
      WeightEntry entry =
          checkpoint.weightEntries().stream()
              .filter(e -> e.name().equals(name))
              .findFirst()
              .orElseThrow();
      bytes[(int) entry.stored().byteOffset() + 3] = 0x7F; // a large number
    }
    Files.write(file, bytes);
    for (WeightFormat format : List.of(WeightFormat.Q8, WeightFormat.Q4)) {
      Exception e =
          assertThrows(
              UnsupportedModelException.class,
              () -> OpenModel.open(source, options(WeightPolicy.of(format))));
      assertTrue(
          String.valueOf(e.getMessage())
              .startsWith(name + " cannot be converted to " + format + ": weight [0, 1] is "),
          e.getMessage());
    }
  }
}
