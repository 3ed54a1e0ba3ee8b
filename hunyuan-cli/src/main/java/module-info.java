/** The {@code ./hunyuan} command. */
module io.hunyuan4j.cli {
  requires com.fasterxml.jackson.core;
  requires com.fasterxml.jackson.databind;
  requires info.picocli;
  requires io.hunyuan4j.bench;
  requires io.hunyuan4j.engine;
  requires jdk.management;
  requires org.jline.reader;
  requires static org.jspecify;

  opens io.hunyuan4j.cli to
      info.picocli;
}
