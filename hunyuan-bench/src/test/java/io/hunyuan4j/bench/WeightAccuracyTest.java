package io.hunyuan4j.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.hunyuan4j.engine.WeightPolicy;
import io.hunyuan4j.kernels.KvFormat;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

class WeightAccuracyTest {

  /** The first of the eight windows of docs/weight-formats.md. */
  @Test
  void run_firstWindow_perplexityOfTheReference_andLittleMoreInQ8() throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    List<WeightPolicy> policies = List.of(WeightPolicy.asIs(), WeightPolicy.parse("q8", List.of()));
    WeightAccuracy.run(
        tinyTales(),
        policies,
        List.of(KvFormat.F32),
        1,
        new PrintStream(out, true, StandardCharsets.UTF_8));
    List<String> lines = out.toString(StandardCharsets.UTF_8).lines().toList();
    assertEquals(4, lines.size(), lines.toString());
    // the file says 3.57763 nats a token
    assertEquals("| as-is | F32 | 35.788 | 100.00 % | 0.00000 | 64 of 64 |", lines.get(2));
    String[] q8 = lines.get(3).split(" *\\| *");
    assertEquals("q8", q8[1]);
    assertEquals(35.788, Double.parseDouble(q8[3]), 0.2);
    assertTrue(Double.parseDouble(q8[5]) > 0 && Double.parseDouble(q8[5]) < 0.002, lines.get(3));
  }

  private static Path tinyTales() {
    for (Path here = Path.of("").toAbsolutePath(); here != null; here = here.getParent()) {
      if (Files.isDirectory(here.resolve("models/tiny-tales"))) {
        return here.resolve("models/tiny-tales");
      }
    }
    throw new IllegalStateException("no models/tiny-tales above " + Path.of("").toAbsolutePath());
  }
}
