package io.hunyuan4j.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class QuantizeCommandTest {
  @TempDir Path folder;

  private Cli quantize(String from, Path to, String... options) {
    String[] args = new String[options.length + 3];
    args[0] = "quantize";
    args[1] = from;
    args[2] = to.toString();
    System.arraycopy(options, 0, args, 3, options.length);
    return Cli.run(args);
  }

  @Test
  void quantize_writesWhatGenerateConverts() {
    Path q8 = folder.resolve("q8");
    Cli result = quantize(Cli.model("tiny-tales").toString(), q8, "--weights", "q8");
    assertEquals("", result.err());
    assertEquals(
        q8 + ": 181 tensors converted, 21.6 MiB before, 11.5 MiB now, 1 file\n", result.out());
    assertEquals(ExitCode.FINE, result.exitCode());
    String[] generate = {"generate", "--max-tokens", "12", "--model", q8.toString(), "Once upon"};
    String[] convert = {"generate", "--max-tokens", "12", "--weights", "q8", "Once upon"};
    Cli text = Cli.run(generate);
    assertEquals(ExitCode.FINE, text.exitCode(), text.err());
    assertEquals(Cli.run(convert).out(), text.out());
  }

  @Test
  void quantize_rulesAndShards_areHeard() throws IOException {
    Path out = folder.resolve("out");
    Cli result =
        quantize(
            Cli.model("golden/dense-v1").toString(),
            out,
            "--weights",
            "q8",
            "--tensor",
            "*.down_proj.weight=as-is",
            "--max-shard-size",
            "100K",
            "--threads",
            "1");
    assertEquals("", result.err());
    Cli inspect = Cli.run("inspect", "--tensors", out.toString());
    assertTrue(
        inspect
            .out()
            .matches(
                "(?s).*model\\.layers\\.0\\.mlp\\.down_proj\\.weight +BF16 .*model-00002-of-.*"),
        inspect.out());
    assertTrue(
        Files.readString(out.resolve("config.json")).contains("\"*.down_proj.weight=as-is\""));
  }

  @Test
  void quantize_finishedFolder_isNotOverwritten() {
    String source = Cli.model("golden/dense-v1").toString();
    Path out = folder.resolve("out");
    assertEquals(ExitCode.FINE, quantize(source, out, "--weights", "q8").exitCode());
    Cli again = quantize(source, out, "--weights", "q8");
    assertEquals(
        "hunyuan: %s: expected an empty folder or none, found a checkpoint; nothing is overwritten\n"
            .formatted(out),
        again.err());
    assertEquals(ExitCode.UNUSABLE_MODEL, again.exitCode());
  }

  @Test
  void quantize_noModel_isUnusable_andWritesNothing() {
    Path out = folder.resolve("out");
    Cli result = quantize(folder.resolve("nowhere").toString(), out, "--weights", "q4");
    assertEquals(
        "hunyuan: nowhere: expected a folder with a checkpoint, found nothing of that name\n",
        result.err());
    assertTrue(Files.notExists(out));
  }
}
