@echo off
rem Builds hunyuan4j where that has not been done, and runs it. JAVA_HOME must be a JDK 25.0.3 or newer. After a change of the sources,
rem build again with: mvn -DskipTests -pl hunyuan-cli -am package
rem HUNYUAN_JAVA_OPTS: more flags for the JVM, for example -Xmx8g
setlocal
set "HUNYUAN_HOME=%~dp0"
set "HUNYUAN_HOME=%HUNYUAN_HOME:~0,-1%"
set "HUNYUAN_TARGET=%HUNYUAN_HOME%\hunyuan-cli\target"
if defined HUNYUAN_JAVA_HOME set "JAVA_HOME=%HUNYUAN_JAVA_HOME%"
if not exist "%JAVA_HOME%\bin\javac.exe" (
  echo hunyuan: JAVA_HOME must be the folder of a JDK 25.0.3 or newer, for example Eclipse Temurin 25 from https://adoptium.net 1>&2
  exit /b 3
)
if not exist "%HUNYUAN_TARGET%\lib\slf4j-simple.jar" (
  echo Building hunyuan4j ^(once^) ... 1>&2
  pushd "%HUNYUAN_HOME%"
  call mvn -B -q -P "!format" -Dmaven.test.skip=true -Dbenchmarks.jar.skip=true -pl hunyuan-cli -am package 1>&2
  if errorlevel 1 (
    popd
    echo hunyuan: the build failed, see above 1>&2
    exit /b 3
  )
  popd
)
chcp 65001 >nul
"%JAVA_HOME%\bin\java.exe" --add-modules jdk.incubator.vector -XX:+UseSerialGC %HUNYUAN_JAVA_OPTS% "-Dhunyuan.home=%HUNYUAN_HOME%" -cp "%HUNYUAN_TARGET%\hunyuan-cli.jar;%HUNYUAN_TARGET%\lib\*" io.hunyuan4j.cli.Main %*
exit /b %errorlevel%
