$ErrorActionPreference='SilentlyContinue';$ProgressPreference='SilentlyContinue'
[Console]::OutputEncoding=[Console]::InputEncoding=New-Object Text.UTF8Encoding $false
$script:Setup=@()
function Say($s){[Console]::Out.Write($s);[Console]::Out.Flush()}
function Start-Loop{
 $i=[Console]::In
 Say "`n@@fleet1 ready`n"
 $n=[int]$i.ReadLine()
 while($n-- -gt 0){$script:Setup+=$i.ReadLine()}
 while($null -ne ($l=$i.ReadLine())){
  $w=$l.Trim() -split ' ';$t=$w[0]
  Say "@@fleet1 begin $t"
  foreach($s in ($w|Select-Object -Skip 1)){
   Say "`n@$t $s`n"
   Say ((& "section_$s"|ForEach-Object{"$_"}) -join "`n")
  }
  Say "`n@@fleet1 end $t`n"
 }
 exit 0
}
