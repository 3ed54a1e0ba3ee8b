/**
 * How fast models run: JMH benchmarks, what the bench command measures, and checkpoints of random
 * numbers.
 */
module io.hunyuan4j.bench {
  requires transitive io.hunyuan4j.engine;
  requires com.fasterxml.jackson.databind;
  requires jdk.management;
  requires static jmh.core;
  requires static transitive org.jspecify;

  exports io.hunyuan4j.bench;
  exports io.hunyuan4j.bench.speed;
}
