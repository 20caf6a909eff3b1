# What every loop for PowerShell (5.1 and later) begins with. The source's own script follows and
# defines one function section_NAME for each section; set-up lines are in $Setup.

$ErrorActionPreference = 'SilentlyContinue'
$Setup = @()

function Say($text) {
  [Console]::Out.Write($text)
  [Console]::Out.Flush()
}

function Start-Loop {
  $in = [Console]::In
  Say "`n@@fleet1 ready`n"
  $count = [int]$in.ReadLine()
  $lines = @()
  while ($count-- -gt 0) { $lines += $in.ReadLine() }
  $Setup = $lines
  while ($null -ne ($line = $in.ReadLine())) {
    $tag, $names = $line.Trim() -split ' '
    Say "@@fleet1 begin $tag"
    foreach ($name in $names) {
      Say "`n@$tag $name`n"
      Say ((& "section_$name" | ForEach-Object { "$_" }) -join "`n")
    }
    Say "`n@@fleet1 end $tag`n"
  }
  exit 0
}
