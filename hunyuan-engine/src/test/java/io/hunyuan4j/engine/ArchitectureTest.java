package io.hunyuan4j.engine;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import org.junit.jupiter.api.Test;

/** Who may know what: docs/architecture.md as rules. */
class ArchitectureTest {
  private static final JavaClasses ALL =
      new ClassFileImporter()
          .withImportOption(new ImportOption.DoNotIncludeTests())
          .importPackages("io.hunyuan4j");

  private static void mayNotKnow(String who, String... what) {
    noClasses()
        .that()
        .resideInAPackage("io.hunyuan4j." + who)
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(what)
        .check(ALL);
  }

  @Test
  void vectorApi_isUsedInOnePackage() {
    noClasses()
        .that()
        .resideOutsideOfPackage("io.hunyuan4j.kernels.vector")
        .should()
        .dependOnClassesThat()
        .resideInAPackage("jdk.incubator..")
        .check(ALL);
  }

  @Test
  void modules_pointInOneDirection() {
    mayNotKnow(
        "kernels..",
        "io.hunyuan4j.core..",
        "io.hunyuan4j.text..",
        "io.hunyuan4j.loader..",
        "io.hunyuan4j.engine..");
    mayNotKnow("core..", "io.hunyuan4j.text..", "io.hunyuan4j.loader..", "io.hunyuan4j.engine..");
    mayNotKnow(
        "text..",
        "io.hunyuan4j.kernels..",
        "io.hunyuan4j.core..",
        "io.hunyuan4j.loader..",
        "io.hunyuan4j.engine..");
    mayNotKnow(
        "loader..",
        "io.hunyuan4j.text..",
        "io.hunyuan4j.engine..",
        "io.hunyuan4j.core.hunyuan..",
        "io.hunyuan4j.core.block..");
  }

  @Test
  void kernelsAndCore_knowNoFilesAndNoJson() {
    mayNotKnow("core..", "java.io..", "java.nio.file..", "com.fasterxml..");
    mayNotKnow("kernels.scalar..", "java.nio.file..", "com.fasterxml..");
    mayNotKnow("kernels.vector..", "java.nio.file..", "com.fasterxml..");
  }

  @Test
  void blocks_knowNoArchitecture() {
    mayNotKnow("core.block..", "io.hunyuan4j.core.hunyuan..");
  }

  @Test
  void nobody_usesGlobalState() {
    noClasses().should().dependOnClassesThat().areAssignableTo(ThreadLocal.class).check(ALL);
    noClasses()
        .should()
        .callMethod(System.class, "setProperty", String.class, String.class)
        .check(ALL);
    noClasses().should().dependOnClassesThat().haveFullyQualifiedName("sun.misc.Unsafe").check(ALL);
  }

  @Test
  void classes_areFinal() {
    classes()
        .that()
        .areNotInterfaces()
        .and()
        .areNotEnums()
        .and()
        .areNotAnonymousClasses()
        .should()
        .haveModifier(JavaModifier.FINAL)
        .check(ALL);
  }
}
