package io.hunyuan4j.bench.speed;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.hunyuan4j.bench.SyntheticCheckpoint;
import io.hunyuan4j.bench.SyntheticShape;
import io.hunyuan4j.kernels.KvFormat;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;

class RooflineTest {

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 11, 12, 40})
  void everyRow_hasAPointInsideThePlotAndALegend(int count) throws Exception {
    SpeedReport report = report("a < b & c", count, 5e9);
    Document svg = parsed(Roofline.svg(report));
    double width = Double.parseDouble(svg.getDocumentElement().getAttribute("width"));
    double height = Double.parseDouble(svg.getDocumentElement().getAttribute("height"));
    NodeList circles = svg.getElementsByTagName("circle");
    assertEquals(3 * count, circles.getLength()); // the point, its badge, and that of the legend
    for (int i = 0; i < circles.getLength(); i++) {
      Element circle = (Element) circles.item(i);
      double cx = Double.parseDouble(circle.getAttribute("cx"));
      double cy = Double.parseDouble(circle.getAttribute("cy"));
      assertTrue(cx > 0 && cx < width && cy > 0 && cy < height, cx + " " + cy);
    }
    for (SpeedRow row : report.rows()) {
      assertTrue(
          texts(svg).stream().anyMatch(text -> text.startsWith(row.test().label() + ": ")),
          row.test().label());
    }
    assertTrue(texts(svg).contains("Roofline of a < b & c"), texts(svg).toString());
  }

  @Test
  void kernelSlowerThanMemory_isALine() throws Exception {
    String slow = "BF16 kernel in L2 5.00 GB/s";
    assertTrue(texts(parsed(Roofline.svg(report("m", 2, 5e9)))).contains(slow));
    assertFalse(Roofline.svg(report("m", 2, 5e10)).contains("kernel"));
  }

  private static List<String> texts(Document svg) {
    NodeList nodes = svg.getElementsByTagName("text");
    List<String> texts = new ArrayList<>();
    for (int i = 0; i < nodes.getLength(); i++) {
      texts.add(nodes.item(i).getTextContent());
    }
    return texts;
  }

  private static Document parsed(String svg) throws Exception {
    return DocumentBuilderFactory.newInstance()
        .newDocumentBuilder()
        .parse(new ByteArrayInputStream(svg.getBytes(StandardCharsets.UTF_8)));
  }

  /** Prompts and decoding in turn, all at nearly the same place. */
  private static SpeedReport report(String model, int count, double kernelRate) {
    List<SpeedRow> rows = new ArrayList<>();
    for (int i = 1; i <= count; i++) {
      boolean prefill = i % 2 == 0;
      rows.add(
          new SpeedRow(
              new SpeedRow.Setting(WeightChoice.AS_IS, "BF16", KvFormat.BF16, 2),
              prefill ? new SpeedTest.Prefill(i, 0) : new SpeedTest.Decode(i, 0),
              new Work(1_000_000_000, i, prefill ? 100_000_000_000L : 1_000_000_000),
              new Samples(List.of(1.0 + i / 1000.0), OptionalLong.empty())));
    }
    TreeMap<String, Double> kernels = new TreeMap<>(Map.of("BF16", kernelRate));
    return new SpeedReport(
        new SpeedReport.Origin(Instant.EPOCH, "cpu", 2, 256, "25", Optional.empty()),
        model,
        SyntheticCheckpoint.modelShape(SyntheticShape.TINY),
        new SpeedPlan(
            List.of(WeightChoice.AS_IS),
            List.of(2),
            List.of(KvFormat.BF16),
            List.of(new SpeedTest.Prefill(1, 0)),
            1,
            Duration.ZERO),
        List.of(new Limits(1, 6e9, 80e9, kernels), new Limits(2, 20e9, 150e9, kernels)),
        rows);
  }
}
