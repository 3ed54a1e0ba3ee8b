package io.hunyuan4j.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class InspectCommandTest {

  @Test
  void inspect_bundledModel_saysWhatItIs() {
    Cli result = Cli.run("inspect", Cli.model("tiny-tales").toString());
    assertLine(result, "  rope_scaling.alpha 1000.0");
    assertLine(result, "  rms_norm_eps 1e-05");
    assertLine(result, "  architectures [\"HunYuanForCausalLM\"]");
    assertLine(result, "  BF16 206 11,325,440 22,650,880 21.6 MiB");
    assertLine(result, "  F32 6 12,288 49,152 48.0 KiB");
    assertLine(result, "  all 212 11,337,728 22,700,032 21.6 MiB");
    assertLine(result, "  architecture hunyuan");
    assertLine(result, "  parameters 11,337,728 (11.3 M)");
    assertLine(result, "  active per token 4,112,640 (4.1 M)");
    assertLine(result, "  weights 22,700,032 bytes (21.6 MiB)");
    // 3 slots × 2 heads × 64 numbers × key and value
    assertLine(result, "  1 token 3.0 KiB 1.5 KiB 1.5 KiB 816 bytes");
    assertLine(result, "  4K tokens 12.0 MiB 6.0 MiB 6.0 MiB 3.2 MiB beyond the model's positions");
    assertLine(
        result,
        "  256K tokens 768.0 MiB 384.0 MiB 384.0 MiB 204.0 MiB beyond the model's positions");
    assertLine(result, "  as-is 22,700,032 21.6 MiB mapped");
    assertLine(result, "  bf16 22,700,032 21.6 MiB nothing to convert");
    assertLine(result, "  q8 12,086,272 11.5 MiB");
    assertLine(result, "  q4 6,949,888 6.6 MiB");
    assertTrue(result.out().endsWith("\ncan be run\n"), result.out());
    assertFalse(result.out().contains("which differs"), result.out());
    assertFalse(result.out().contains("model.norm.weight"), result.out());
    assertEquals(ExitCode.FINE, result.exitCode());
  }

  @Test
  void inspect_quantizedModel_showsTrueShapes(@TempDir Path folder) {
    Path q4 = folder.resolve("q4");
    Cli quantize =
        Cli.run("quantize", Cli.model("golden/dense-v1").toString(), q4.toString(), "--weights=q4");
    assertEquals(ExitCode.FINE, quantize.exitCode(), quantize.err());
    Cli before = Cli.run("inspect", "--tensors", Cli.model("golden/dense-v1").toString());
    Cli after = Cli.run("inspect", "--tensors", q4.toString());
    assertEquals("", after.err());
    assertEquals(ExitCode.FINE, after.exitCode());
    assertFalse(after.out().contains("which differs"), after.out());
    assertLine(after, "  quantization_config.quant_method \"hunyuan4j\"");
    assertFalse(after.out().contains("U8"), after.out());
    String down = "  model.layers.0.mlp.down_proj.weight";
    String shape =
        before
            .out()
            .lines()
            .filter(line -> line.startsWith(down))
            .map(line -> line.replaceAll(".*(\\[\\d+, \\d+]).*", "$1"))
            .findFirst()
            .orElseThrow();
    assertTrue(
        after
            .out()
            .lines()
            .anyMatch(
                line ->
                    line.startsWith(down)
                        && line.contains(" Q4 ")
                        && line.contains(shape)
                        && line.contains("model-00001-of-00001.safetensors")),
        after.out());
  }

  @Test
  void inspect_tensors_listsAll() {
    Cli result = Cli.run("inspect", "--tensors", Cli.model("golden/a13b-top8").toString());
    assertTrue(
        result
            .out()
            .matches(
                "(?s).*\n  model\\.norm\\.weight +\\S+ +\\[\\d+] +\\d+ +model-0000\\d-of-00002\\.safetensors\n.*"),
        result.out());
    assertEquals(ExitCode.FINE, result.exitCode());
  }

  @Test
  void inspect_checkpointFarBeyondMemory_readsHeadersOnly(@TempDir Path folder) throws IOException {
    GiantCheckpoint.create(folder);
    Cli result = Cli.run("inspect", folder.toString());
    assertEquals("", result.err());
    assertEquals(ExitCode.FINE, result.exitCode());
    assertLine(result, "  sizes 64 layers, hidden size 6400, vocabulary 128256, 131,072 positions");
    assertLine(result, "  parameters 388,696,490,240 (388.7 B)"); // published as 389 B, 52 B active
    assertLine(result, "  active per token 51,317,168,640 (51.3 B)");
    assertLine(result, "  weights 777,392,980,480 bytes (724.0 GiB)");
    assertLine(result, "  q4 219,062,817,280 204.0 GiB");
    // 32 slots × 8 heads × 80 numbers × key and value
    assertLine(
        result, "  256K tokens 40.0 GiB 20.0 GiB 20.0 GiB 10.8 GiB beyond the model's positions");
    assertFalse(result.out().contains("which differs"), result.out());
    assertTrue(result.out().endsWith("\ncan be run\n"), result.out());
  }

  @Test
  void inspect_unknownArchitecture_showsTensorsAndRefuses(@TempDir Path folder) throws IOException {
    copyTinyTales(folder, "\"model_type\": \"hunyuan\"", "\"model_type\": \"mamba\"");
    Cli result = Cli.run("inspect", "--tensors", folder.toString());
    assertLine(result, "  model_type \"mamba\"");
    assertLine(result, "  model.norm.weight BF16 [256] 512 model.safetensors");
    assertEquals(
        "hunyuan: model_type \"mamba\" is not supported; known are [hunyuan, hunyuan_v1_moe, hunyuan_v1_dense]\n",
        result.err());
    assertEquals(ExitCode.UNUSABLE_MODEL, result.exitCode());
  }

  @Test
  void inspect_unsupportedType_showsTensorsAndRefuses(@TempDir Path folder) throws IOException {
    copyTinyTales(folder, "", "");
    Path weights = folder.resolve("model.safetensors");
    byte[] bytes = Files.readAllBytes(weights);
    // Every BF16 becomes I16, of the same size; the name is one letter shorter.
    int headerEnd = 8 + (int) ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).getLong(0);
    String header = new String(bytes, 8, headerEnd - 8, StandardCharsets.ISO_8859_1);
    byte[] changed = header.replace("\"BF16\"", "\"I16\" ").getBytes(StandardCharsets.ISO_8859_1);
    System.arraycopy(changed, 0, bytes, 8, changed.length);
    Files.write(weights, bytes);
    Cli result = Cli.run("inspect", folder.toString());
    assertLine(result, "  I16 206 11,325,440 22,650,880 21.6 MiB");
    assertTrue(
        result
            .err()
            .matches(
                "hunyuan: model\\.safetensors: tensor \".*\": expected a weight of type F32, BF16 or F16, found I16 .*\n"),
        result.err());
    assertEquals(ExitCode.UNUSABLE_MODEL, result.exitCode());
  }

  @Test
  void inspect_missingTensor_saysSo(@TempDir Path folder) throws IOException {
    copyTinyTales(folder, "\"num_hidden_layers\": 6", "\"num_hidden_layers\": 8");
    Cli result = Cli.run("inspect", folder.toString());
    assertTrue(result.out().contains("11,337,728 elements, which differs"), result.out());
    assertTrue(
        result.err().startsWith("hunyuan: model.safetensors: tensor \"model.layers.6."),
        result.err());
    assertEquals(ExitCode.UNUSABLE_MODEL, result.exitCode());
  }

  @Test
  void inspect_noCheckpoint_isUnusable(@TempDir Path folder) {
    Cli result = Cli.run("inspect", folder.toString());
    assertEquals(
        "hunyuan: config.json: expected a file, found none in %s\n".formatted(folder),
        result.err());
    assertEquals(ExitCode.UNUSABLE_MODEL, result.exitCode());
  }

  private static void copyTinyTales(Path folder, String from, String to) throws IOException {
    Path source = Cli.model("tiny-tales");
    String config = Files.readString(source.resolve("config.json"));
    assertTrue(config.contains(from), config);
    Files.writeString(folder.resolve("config.json"), config.replace(from, to));
    Files.copy(source.resolve("model.safetensors"), folder.resolve("model.safetensors"));
  }

  /** That some line of the output is {@code line}, whatever the columns' widths. */
  private static void assertLine(Cli result, String line) {
    String wanted = line.strip();
    assertTrue(
        result.out().lines().anyMatch(l -> l.strip().replaceAll(" +", " ").equals(wanted)),
        () -> "expected \"" + line + "\" in\n" + result.out());
  }
}
