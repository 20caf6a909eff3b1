# The services source on Windows. $Setup holds `INDEX KIND TARGET`; the answers name the index.

function Wanted($kind) {
  foreach ($line in $Setup) {
    $index, $its, $target = $line -split ' ', 3
    if ($its -eq $kind) { [pscustomobject]@{ Index = $index; Target = $target } }
  }
}

function section_alive { }

function section_ports {
  'windows'
  Get-NetTCPConnection -State Listen | ForEach-Object { "$($_.LocalPort) $($_.OwningProcess)" }
}

function section_processes {
  $all = Get-Process
  foreach ($want in Wanted 'process') {
    $name = $want.Target -replace '\.exe$', ''
    $all | Where-Object { $_.ProcessName -eq $name } | ForEach-Object { "$($want.Index) $($_.Id)" }
  }
}

function section_files {
  $now = [DateTimeOffset]::UtcNow
  $now.ToUnixTimeSeconds()
  foreach ($want in Wanted 'file') {
    $path = $want.Target -replace '^~(?=[\\/])', $HOME
    $newest = Get-Item -Path $path | Sort-Object LastWriteTimeUtc | Select-Object -Last 1
    $time = if ($newest) { ([DateTimeOffset]$newest.LastWriteTimeUtc).ToUnixTimeSeconds() }
    "$($want.Index) $time"
  }
}

function section_tasks {
  $now = Get-Date
  foreach ($want in Wanted 'task') {
    $name = Split-Path -Leaf $want.Target
    $found = Get-ScheduledTask -TaskName ([WildcardPattern]::Escape($name)) | Where-Object {
      $want.Target -notmatch '^\\' -or ($_.TaskPath + $_.TaskName) -eq $want.Target
    } | Select-Object -First 1
    if (-not $found) { "$($want.Index) none"; continue }
    $info = $found | Get-ScheduledTaskInfo
    $age = if ($info.LastRunTime) { [long]($now - $info.LastRunTime).TotalSeconds } else { '-' }
    $next = if ($info.NextRunTime) { 'next' } else { '-' }
    "$($want.Index) $([int]$found.State) $($info.LastTaskResult) $age $next"
  }
}
