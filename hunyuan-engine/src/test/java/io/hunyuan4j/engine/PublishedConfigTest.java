package io.hunyuan4j.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.hunyuan4j.core.Architectures;
import io.hunyuan4j.core.ModelShape;
import io.hunyuan4j.kernels.KvFormat;
import io.hunyuan4j.loader.JsonConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/**
 * What published configurations say, key for key. They are Tencent's and lie beside the project, if
 * at all.
 */
class PublishedConfigTest {

  @TestFactory
  Stream<DynamicTest> shapes() {
    DynamicTest bundled =
        DynamicTest.dynamicTest(
            "tiny-tales",
            () -> {
              ModelShape shape = shape(Models.tinyTales().resolve("config.json"));
              assertEquals(11_337_728, shape.parameters().total());
              assertEquals(3 * 2 * 2 * 64 * 2, shape.kvBytesPerToken(KvFormat.BF16));
            });
    Path a13b = Models.folder().resolve("../../shared/hunyuan/a13b/config.json").normalize();
    if (!Files.exists(a13b)) {
      System.out.println("Not tested for want of " + a13b + ": Hunyuan-A13B's configuration.");
      return Stream.of(bundled);
    }
    return Stream.of(
        bundled, DynamicTest.dynamicTest("Hunyuan-A13B", () -> hasThePublishedSizes(shape(a13b))));
  }

  private static ModelShape shape(Path config) throws IOException {
    JsonConfig json = JsonConfig.read(config);
    return Architectures.of(json).shape(json);
  }

  private static void hasThePublishedSizes(ModelShape shape) {
    assertEquals(80.4, shape.parameters().total() / 1e9, 0.05, "80 B as published");
    assertEquals(13.0, shape.parameters().active() / 1e9, 0.5, "13 B as published");
    assertEquals(128 * 1024, shape.kvBytesPerToken(KvFormat.BF16));
    assertEquals(32_768, shape.maxPositions());
  }
}
